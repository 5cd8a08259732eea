import type { Category, Urgency } from "#shared/lead.ts";

export const URGENCY_WORDS: Record<Urgency, string> = {
  now: "As soon as possible",
  this_week: "This week",
  flexible: "No hurry",
};

export const CATEGORY_WORDS: Record<Category, string> = {
  roofing: "Roofing",
  plumbing: "Plumbing",
  electrical: "Electrical work",
  heating: "Heating and cooling",
  cleaning: "Cleaning",
  moving: "Moving",
  legal: "Legal help",
  dental: "Dental care",
  other: "Something else",
};
