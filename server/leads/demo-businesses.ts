import { DEMO_PEOPLE } from "#server/accounts/demo-people.ts";
import type { UpdateBusinessProfile } from "#shared/business.ts";
import { CATEGORIES, type Category } from "#shared/lead.ts";

export type DemoBusiness = {
  email: string;
  ownerName: string;
  /** Null: the demo sign-in for businesses, whose profile accounts make. */
  profile: UpdateBusinessProfile | null;
  categories: readonly Category[];
  /** Requests for calls in any hour. Below the limit of ten, so that whoever signs in can still ask for calls. */
  maxPerHour: number;
};

type Person = { email: string; ownerName: string };

function demoBusiness(person: Person, name: string, form: string, categories: Category[]): DemoBusiness {
  const profile = {
    name,
    legalName: `${name} ${form}`,
    categories,
    postalCodes: [],
    timeZone: "America/Chicago",
    // Long enough to suit most zones.
    hours: { opens: "07:00", closes: "21:00" },
  };
  return { ...person, profile, categories, maxPerHour: 9 };
}

const { email: signInEmail, name: signInName } = DEMO_PEOPLE.business;

/** Six, so that the hourly limit of each still allows almost a call a minute together. The known sign-in takes part in everything, but less often. */
export const DEMO_BUSINESSES: readonly DemoBusiness[] = [
  { email: signInEmail, ownerName: signInName, profile: null, categories: CATEGORIES, maxPerHour: 4 },
  demoBusiness(
    { email: "plumber@demo.test", ownerName: "Tobias Lindqvist" },
    "Clearwater Pipeworks",
    "Inc.",
    ["plumbing"],
  ),
  demoBusiness({ email: "heating@demo.test", ownerName: "Anneke Brandt" }, "Hearthside Heating", "Co.", [
    "heating",
  ]),
  demoBusiness(
    { email: "electrician@demo.test", ownerName: "Marisol Vance" },
    "Copper Lane Electric",
    "LLC",
    ["electrical"],
  ),
  demoBusiness({ email: "movers@demo.test", ownerName: "Desmond Achterberg" }, "Two Good Trucks", "LLC", [
    "moving",
    "roofing",
  ]),
  demoBusiness({ email: "handyman@demo.test", ownerName: "Rosa Whitlock" }, "Maple Home Services", "Inc.", [
    "plumbing",
    "heating",
    "electrical",
    "other",
  ]),
];
