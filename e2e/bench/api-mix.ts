import type { Operation } from "#e2e/bench/open-loop.ts";
import type { Api } from "#e2e/support/api.ts";

export type People = {
  consumers: { api: Api; leads: { leadId: string; businessIds: string[] }[] }[];
  businesses: { api: Api }[];
  /** Businesses with live calls. */
  callers: { api: Api; callIds: string[] }[];
  supervisor: Api;
};

/** Takes one after the other, from the beginning again. */
function inTurn<One>(all: readonly One[]): () => One {
  let next = 0;
  return () => {
    const one = all[next++ % all.length];
    if (one === undefined) throw new RangeError("There is nobody.");
    return one;
  };
}

/**
 * What people with an open screen ask for: the screens refetch after each piece of news and look at live calls, some act. A tenth are writes. Numbers are shares of a hundred.
 */
export function operationsOf(people: People): Operation[] {
  return [...consumerOperations(people), ...businessOperations(people), ...callOperations(people)];
}

function consumerOperations({ consumers }: People): Operation[] {
  const consumer = inTurn(consumers);
  const withLead = inTurn(consumers.flatMap(({ api, leads }) => leads.map((lead) => ({ api, ...lead }))));
  const consent = inTurn([true, false]);
  return [
    read("lead.list", 12, () => consumer().api.lead.list()),
    read("lead.matches", 14, () => {
      const { api, leadId } = withLead();
      return api.lead.matches({ leadId });
    }),
    read("lead.get", 5, () => {
      const { api, leadId } = withLead();
      return api.lead.get({ leadId });
    }),
    read("account.me", 6, () => consumer().api.account.me()),
    write("lead.submit", 2, () =>
      consumer().api.lead.submit({
        description: "The gutter hangs off and water runs down the wall.",
        category: "roofing",
        postalCode: "97201",
        timeZone: "America/Los_Angeles",
      }),
    ),
    write("lead.grantConsent / revokeConsent", 3, () => {
      const { api, leadId, businessIds } = withLead();
      if (!consent()) return api.lead.revokeConsent({ leadId, businessIds: businessIds.slice(0, 3) });
      return api.lead.grantConsent({
        leadId,
        businessIds: businessIds.slice(0, 3),
        aiCalls: true,
        recording: true,
      });
    }),
  ];
}

function businessOperations({ businesses, consumers }: People): Operation[] {
  const business = inTurn(businesses);
  const leadId = inTurn(consumers.flatMap(({ leads }) => leads.map((lead) => lead.leadId)));
  const response = inTurn(["interested", "declined"] as const);
  return [
    read("business.leads", 16, () => business().api.business.leads({ view: "new", limit: 50 })),
    read("business.profile", 4, () => business().api.business.profile()),
    read("business.quota", 5, () => business().api.business.quota()),
    write("business.respondToMatch", 4, () =>
      business().api.business.respondToMatch({ leadId: leadId(), response: response() }),
    ),
    write("business.updateProfile", 0.2, () =>
      business().api.business.updateProfile({ name: "Roofs", categories: ["roofing"], postalCodes: [] }),
    ),
  ];
}

function callOperations({ callers, supervisor }: People): Operation[] {
  const caller = inTurn(callers);
  const live = inTurn(callers.flatMap(({ api, callIds }) => callIds.map((callId) => ({ api, callId }))));
  return [
    read("call.get (live)", 12, () => {
      const { api, callId } = live();
      return api.call.get({ callId });
    }),
    read("call.list", 8, () => caller().api.call.list({ limit: 50 })),
    read("call.place", 4, () => {
      const { api, callId } = live();
      return api.call.place({ callId });
    }),
    read("supervisor.board", 4, () => supervisor.supervisor.board()),
  ];
}

const read = (name: string, weight: number, run: () => Promise<unknown>): Operation => ({
  name,
  kind: "read",
  weight,
  run,
});
const write = (name: string, weight: number, run: () => Promise<unknown>): Operation => ({
  name,
  kind: "write",
  weight,
  run,
});
