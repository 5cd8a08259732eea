import { linkOf, parseCreate, Refusal, sourceOf } from "#server/sandbox/phone/call-params.ts";
import { callResource } from "#server/sandbox/phone/call-resource.ts";
import { isOver, restStatus } from "#server/sandbox/phone/call-state.ts";
import type { DialQueue } from "#server/sandbox/phone/dial-queue.ts";
import type { Leg } from "#server/sandbox/phone/leg.ts";
import { PhoneCall } from "#server/sandbox/phone/phone-call.ts";
import type { CallEntry, Registry } from "#server/sandbox/phone/registry.ts";
import { pageOf } from "#server/sandbox/phone/rest-page.ts";
import type { RestReply, RestRequest, RestServer } from "#server/sandbox/phone/rest-server.ts";
import type { Services } from "#server/sandbox/phone/services.ts";

const NOT_IN_PROGRESS = "Call is not in-progress. Cannot redirect.";

function snake(pascal: string): string {
  return pascal.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}

/** Form fields as the Events list shows them: snake case, repeated ones as a list. */
function parametersOf(fields: URLSearchParams): Record<string, string | string[]> {
  const entries = [...new Set(fields.keys())].map((name) => {
    const values = fields.getAll(name);
    return [snake(name), values.length > 1 ? values : (values[0] ?? "")] as const;
  });
  return Object.fromEntries(entries);
}

/** A list filter on a time: `StartTime`, `StartTime<`, `StartTime>`; days or instants. */
function inRange(query: URLSearchParams, name: string, atMs: number | null): boolean {
  const bound = (suffix: string) => query.get(name + suffix);
  const [exact, before, after] = [bound(""), bound("<"), bound(">")];
  if (exact === null && before === null && after === null) return true;
  if (atMs === null) return false;
  if (exact !== null && new Date(atMs).toISOString().slice(0, 10) !== exact.slice(0, 10)) return false;
  if (before !== null && atMs > Date.parse(before)) return false;
  return after === null || atMs >= Date.parse(after);
}

/** The Calls resource. */
export class RestCalls {
  readonly #services: Services;
  readonly #registry: Registry;
  readonly #queue: DialQueue<PhoneCall>;
  readonly #ownNumbers: readonly string[];
  readonly #path: string;

  constructor(parts: {
    services: Services;
    registry: Registry;
    queue: DialQueue<PhoneCall>;
    ownNumbers: readonly string[];
  }) {
    this.#services = parts.services;
    this.#registry = parts.registry;
    this.#queue = parts.queue;
    this.#ownNumbers = parts.ownNumbers;
    this.#path = `/2010-04-01/Accounts/${parts.services.accountSid}/Calls`;
  }

  mount(rest: RestServer): void {
    rest.route("post", "/Calls.json", "create", (request) => this.#create(request));
    rest.route("get", "/Calls.json", "list", (request) => this.#list(request));
    rest.route("get", "/Calls/:sid.json", "fetch", ({ sid }) => this.#reply(200, this.#entry(sid)));
    rest.route("post", "/Calls/:sid.json", "update", (request) => this.#update(request));
    rest.route("delete", "/Calls/:sid.json", "update", ({ sid }) => this.#delete(sid));
    rest.route("get", "/Calls/:sid/Events.json", "fetch", (request) => this.#events(request));
  }

  #create({ fields }: RestRequest): RestReply {
    const params = parseCreate(fields, this.#ownNumbers);
    if (this.#registry.liveCount() >= this.#services.settings.current.maxLiveCalls) {
      throw new Refusal(10_004, "Call concurrency limit exceeded");
    }
    const call = new PhoneCall(this.#services, params, (leg: Leg) => void this.#registry.add(leg, null));
    const entry = this.#registry.add(call.leg, call);
    entry.events.push(this.#event("POST", `${this.#path}.json`, fields, 201));
    this.#queue.add(call);
    return { status: 201, body: this.#render(entry, this.#services.clock.nowMs()) };
  }

  #update({ fields, sid }: RestRequest): RestReply {
    const entry = this.#entry(sid);
    const { leg, call } = entry;
    const status = fields.get("Status");
    const source = sourceOf(fields);
    entry.events.push(this.#event("POST", `${this.#path}/${sid}.json`, fields, 200));
    if (status !== null) this.#changeStatus(entry, status);
    else if (source && !call?.redirect(source)) throw new Refusal(21_220, NOT_IN_PROGRESS);
    const callback = linkOf(fields, "StatusCallback", 21_609);
    if (callback) leg.reportTo(callback, new Set(["completed"]));
    const timeLimit = Number(fields.get("TimeLimit"));
    if (timeLimit > 0) call?.limitTo(timeLimit * 1000);
    return { status: 200, body: this.#render(entry, this.#services.clock.nowMs()) };
  }

  #changeStatus({ leg, call }: CallEntry, status: string): void {
    if (status !== "canceled" && status !== "completed") throw new Refusal(20_001, "Invalid Status");
    const { endedUpdate } = this.#services.settings.current;
    if (isOver(leg.state)) {
      if (status === "canceled" || endedUpdate === "200") return;
      if (endedUpdate === "20404") throw new Refusal(20_404, "", 404);
      throw new Refusal(21_220, NOT_IN_PROGRESS);
    }
    if (call) this.#queue.remove(call);
    if (status === "canceled") leg.cancel();
    else leg.hangUp("api");
  }

  #delete(sid: string): RestReply {
    if (!isOver(this.#entry(sid).leg.state)) throw new Refusal(20_001, "Call is still live");
    this.#registry.remove(sid);
    return { status: 204, body: null };
  }

  #list({ query }: RestRequest): RestReply {
    const atMs = this.#viewedAtMs();
    const hits = this.#registry.newestFirst().filter(({ leg }) => {
      const { state } = leg.stateAt(atMs);
      const { to, from, parentSid } = leg.options;
      const matches = (name: string, value: string | null) => !query.has(name) || query.get(name) === value;
      return (
        leg.createdAtMs <= atMs &&
        matches("To", to) &&
        matches("From", from) &&
        matches("ParentCallSid", parentSid) &&
        matches("Status", restStatus(state)) &&
        inRange(query, "StartTime", "answeredAtMs" in state ? state.answeredAtMs : null) &&
        inRange(query, "EndTime", isOver(state) ? state.endedAtMs : null)
      );
    });
    const calls = hits.map((entry) => this.#render(entry, atMs));
    return { status: 200, body: pageOf("calls", calls, `${this.#path}.json`, query) };
  }

  #events({ sid, query }: RestRequest): RestReply {
    const events = this.#entry(sid).events.map(({ method, url, parameters, responseCode }) => ({
      request: { method, url, parameters },
      response: { response_code: responseCode },
    }));
    return { status: 200, body: pageOf("events", events, `${this.#path}/${sid}/Events.json`, query) };
  }

  #event(
    method: string,
    path: string,
    fields: URLSearchParams,
    responseCode: number,
  ): CallEntry["events"][number] {
    return { method, url: `https://api.twilio.com${path}`, parameters: parametersOf(fields), responseCode };
  }

  #entry(sid: string): CallEntry {
    const entry = this.#registry.get(sid);
    if (!entry) throw new Refusal(20_404, "", 404);
    return entry;
  }

  /** Reads show the past when the network is set to lag. */
  #viewedAtMs(): number {
    return this.#services.clock.nowMs() - this.#services.settings.current.restLagMs;
  }

  #reply(status: number, entry: CallEntry): RestReply {
    return { status, body: this.#render(entry, this.#viewedAtMs()) };
  }

  #render(entry: CallEntry, atMs: number): unknown {
    const { priceAfterMs } = this.#services.settings.current;
    return callResource(entry, this.#services.accountSid, atMs, priceAfterMs);
  }
}
