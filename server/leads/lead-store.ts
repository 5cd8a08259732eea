import type { Category, Classification, Urgency } from "#shared/lead.ts";
import { Schema, type Connection, type Model } from "mongoose";

export type LeadDocument = Classification & {
  _id: string;
  consumerId: string;
  consumerName: string;
  description: string;
  category: Category;
  urgency: Urgency;
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
