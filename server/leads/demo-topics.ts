import type { Category, Urgency } from "#shared/lead.ts";

/** What a demo consumer asks for and what a demo business then wants from the call. */
export type DemoTopic = {
  category: Category;
  urgency: Urgency;
  budgetCents?: number;
  descriptions: readonly string[];
  objective: string;
};

export type DemoTopicName = "leak" | "boiler" | "fuse" | "garageDoor" | "coldFlat" | "roof" | "move";

export const DEMO_TOPICS: Record<DemoTopicName, DemoTopic> = {
  leak: {
    category: "plumbing",
    urgency: "this_week",
    budgetCents: 40_000,
    descriptions: [
      "The pipe under my kitchen sink is leaking and the cabinet is getting wet.",
      "Water drips from the pipe below the kitchen sink, for three days now.",
      "I need a plumber for a leak under the sink in my kitchen.",
    ],
    objective: "Find out where the water is coming from and book a plumber's visit for this week.",
  },
  boiler: {
    category: "heating",
    urgency: "now",
    descriptions: [
      "My boiler clicks but does not start, and we have no hot water.",
      "There is no hot water in the apartment since Saturday night. The boiler stays cold.",
      "The boiler has stopped working and I would like somebody to repair it properly.",
    ],
    objective: "Ask what the boiler does and agree on a time for a technician to visit.",
  },
  fuse: {
    category: "electrical",
    urgency: "flexible",
    budgetCents: 25_000,
    descriptions: [
      "The kitchen fuse trips whenever I switch the oven on.",
      "In the evening the fuse for my kitchen goes again and again. I am looking for an electrician.",
      "Please have a look at the wiring of my kitchen, the fuse keeps tripping.",
    ],
    objective: "Find out when the fuse trips and offer an electrician's appointment.",
  },
  garageDoor: {
    category: "other",
    urgency: "this_week",
    descriptions: [
      "My garage door is stuck half open and will not move.",
      "I need somebody who can repair a garage door that jammed.",
    ],
    objective: "Learn what happened to the garage door, name the call-out price and offer a visit.",
  },
  coldFlat: {
    category: "heating",
    urgency: "now",
    descriptions: [
      "The heating in my flat does not get warm any more.",
      "All radiators in my flat stay cold. Please call me about the heating.",
    ],
    objective: "Ask which radiators stay cold and agree on a time for a technician to visit.",
  },
  roof: {
    category: "roofing",
    urgency: "this_week",
    descriptions: [
      "A storm took some shingles off my roof and the attic is damp now.",
      "I need a quote for a new roof on a small bungalow.",
      "My gutters overflow at every rain and I would like them replaced.",
    ],
    objective: "Find out how bad the damage to the roof is and offer a free inspection visit.",
  },
  move: {
    category: "moving",
    urgency: "flexible",
    budgetCents: 60_000,
    descriptions: [
      "I am moving out of a two-bedroom apartment at the end of the month.",
      "I need movers for a piano and a few heavy boxes.",
      "Our family moves across town and wants help with packing.",
    ],
    objective: "Learn the size and the date of the move and offer a written estimate.",
  },
};
