import { DEMO_PEOPLE } from "#server/accounts/demo-people.ts";
import type { UpdateBusinessProfile } from "#shared/business.ts";
import type { Category, Urgency } from "#shared/lead.ts";

type DemoNeed = { description: string; urgency: Urgency; budgetCents?: number };

export type DemoBusiness = {
  email: string;
  ownerName: string;
  /** Null: the demo sign-in for businesses, whose profile accounts make. */
  profile: UpdateBusinessProfile | null;
  category: Category;
  objective: string;
  needs: readonly DemoNeed[];
};

const { business: SIGN_IN } = DEMO_PEOPLE;
/** Open long enough to suit most zones. */
const HOURS = { opens: "07:00", closes: "21:00" };

function profileOf(
  legal: { name: string; form: string },
  category: Category,
  timeZone: string,
): UpdateBusinessProfile {
  const { name, form } = legal;
  return {
    name,
    legalName: `${name} ${form}`,
    categories: [category],
    postalCodes: [],
    timeZone,
    hours: HOURS,
  };
}

/** Six, so that the hourly limit of each still allows almost a call a minute together. */
export const DEMO_BUSINESSES: readonly DemoBusiness[] = [
  {
    email: SIGN_IN.email,
    ownerName: SIGN_IN.name,
    profile: null,
    category: "roofing",
    objective: "Find out how bad the roof damage is and offer a free inspection visit this week.",
    needs: [
      { description: "A storm took some shingles off my roof and the attic is damp now.", urgency: "now" },
      {
        description: "My gutters overflow at every rain and I would like them replaced.",
        urgency: "flexible",
        budgetCents: 180_000,
      },
      { description: "I need a quote for a new roof on a small bungalow.", urgency: "this_week" },
    ],
  },
  {
    email: "plumber@demo.test",
    ownerName: "Tobias Lindqvist",
    profile: profileOf({ name: "Clearwater Pipeworks", form: "Inc." }, "plumbing", "America/Chicago"),
    category: "plumbing",
    objective: "Learn where the water is coming from and book a plumber's visit.",
    needs: [
      {
        description: "There is a slow leak under my kitchen sink and it is getting worse.",
        urgency: "now",
      },
      { description: "The shower drain blocks every few days, please have a look.", urgency: "this_week" },
      {
        description: "I want the old water heater replaced before winter.",
        urgency: "flexible",
        budgetCents: 220_000,
      },
    ],
  },
  {
    email: "heating@demo.test",
    ownerName: "Anneke Brandt",
    profile: profileOf({ name: "Hearthside Heating", form: "Co." }, "heating", "America/Denver"),
    category: "heating",
    objective: "Ask what the heating does and offer an appointment with a technician.",
    needs: [
      { description: "My furnace starts and stops all night and the house stays cold.", urgency: "now" },
      { description: "I am thinking about a heat pump and would like advice.", urgency: "flexible" },
      { description: "The boiler makes a loud knocking noise since yesterday.", urgency: "this_week" },
    ],
  },
  {
    email: "movers@demo.test",
    ownerName: "Desmond Achterberg",
    profile: profileOf({ name: "Two Good Trucks Moving", form: "LLC" }, "moving", "America/Los_Angeles"),
    category: "moving",
    objective: "Learn the size of the move and the date, and offer a written estimate.",
    needs: [
      {
        description: "I am moving from a two-bedroom apartment at the end of the month.",
        urgency: "this_week",
      },
      {
        description: "I need movers for a piano and a few heavy boxes.",
        urgency: "flexible",
        budgetCents: 60_000,
      },
      { description: "Our family relocates across town and wants help with packing.", urgency: "flexible" },
    ],
  },
  {
    email: "dentist@demo.test",
    ownerName: "Yuki Falkenrath",
    profile: profileOf({ name: "Maple Street Dental", form: "PLLC" }, "dental", "America/New_York"),
    category: "dental",
    objective: "Ask about the complaint and offer the next free appointment at the practice.",
    needs: [
      { description: "A molar has been hurting for three days when I chew.", urgency: "now" },
      { description: "I am new in town and looking for a dentist for a check-up.", urgency: "flexible" },
      { description: "A crown came loose and I would like it fixed this week.", urgency: "this_week" },
    ],
  },
  {
    email: "cleaners@demo.test",
    ownerName: "Rosa Whitlock",
    profile: profileOf({ name: "Brightside Home Cleaning", form: "Inc." }, "cleaning", "America/Chicago"),
    category: "cleaning",
    objective: "Learn what should be cleaned and how often, and offer a first visit.",
    needs: [
      { description: "I would like my house deep cleaned before my parents visit.", urgency: "this_week" },
      {
        description: "Looking for somebody to clean a small flat every two weeks.",
        urgency: "flexible",
        budgetCents: 12_000,
      },
      { description: "The carpets need cleaning after a party, as soon as you can.", urgency: "now" },
    ],
  },
];
