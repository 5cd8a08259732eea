/** Something that happened and one side that is told of it; holds ids only. */
export type News =
  /** To the business: a lead fits it. */
  | { kind: "match"; leadId: string; businessId: string }
  /** To the consumer: the business is interested. */
  | { kind: "interest"; leadId: string; businessId: string }
  /** To the consumer: a call will be made. */
  | { kind: "plan"; callId: string }
  /** To one side: the call is over. */
  | { kind: "outcome"; callId: string; to: "consumer" | "business" };

/** The name under which an event is told to its recipient once. */
export function newsKey(news: News): string {
  switch (news.kind) {
    case "match":
    case "interest":
      return `${news.kind}:${news.leadId}:${news.businessId}`;
    case "plan":
      return `plan:${news.callId}`;
    case "outcome":
      return `outcome:${news.callId}:${news.to}`;
  }
}
