import type { Category, Urgency } from "#shared/lead.ts";
import { Schema, type Connection, type Model } from "mongoose";

/** Who had the last word about the category. */
type ClassifiedBy = "consumer" | "rules" | "analyst";

export type LeadDocument = {
  _id: string;
  consumerId: string;
  consumerName: string;
  description: string;
  category: Category;
  urgency: Urgency;
  /** One sentence for the agent's prompt and the inbox. */
  summary: string;
  keywords: string[];
  openQuestions: string[];
  classifiedBy: ClassifiedBy;
  /** 0 to 1; null unless the analyst answered. */
  confidence: number | null;
  postalCode: string;
  timeZone: string;
  budgetCents: number | null;
  status: "open" | "closed";
  createdAt: Date;
};

const text = { type: String, required: true } as const;
const schema = new Schema<LeadDocument>(
  {
    _id: text,
    consumerId: text,
    consumerName: text,
    description: text,
    category: text,
    urgency: text,
    summary: text,
    keywords: { type: [String], default: [] },
    openQuestions: { type: [String], default: [] },
    classifiedBy: text,
    confidence: { type: Number, default: null },
    postalCode: text,
    timeZone: text,
    budgetCents: { type: Number, default: null },
    status: text,
    createdAt: { type: Date, required: true },
  },
  {
    collection: "leads",
    versionKey: false,
    strict: "throw",
    strictQuery: "throw",
    autoIndex: false,
    autoCreate: false,
  },
);

export const leadModel = (db: Connection): Model<LeadDocument> =>
  db.models["Lead"] ?? db.model<LeadDocument>("Lead", schema);
