import { recordingOf, Refusal } from "#server/sandbox/phone/call-params.ts";
import type { Recording } from "#server/sandbox/phone/recording.ts";
import type { Recordings } from "#server/sandbox/phone/recordings.ts";
import type { Registry } from "#server/sandbox/phone/registry.ts";
import { pageOf } from "#server/sandbox/phone/rest-page.ts";
import type { RestReply, RestRequest, RestServer } from "#server/sandbox/phone/rest-server.ts";
import type { Services } from "#server/sandbox/phone/services.ts";
import { rfc2822 } from "#server/sandbox/phone/sids.ts";

const DOLLARS_PER_MINUTE = 0.0025;
/** Names the recording that runs, instead of a sid. */
const CURRENT = "Twilio.CURRENT";

/** The Recordings resources, below a call and of the whole account, and the files themselves (WAV). */
export class RestRecordings {
  readonly #services: Services;
  readonly #recordings: Recordings;
  readonly #registry: Registry;
  readonly #root: string;

  constructor(services: Services, registry: Registry) {
    this.#services = services;
    this.#recordings = services.recordings;
    this.#registry = registry;
    this.#root = `/2010-04-01/Accounts/${services.accountSid}`;
  }

  mount(rest: RestServer): void {
    rest.route("post", "/Calls/:sid/Recordings.json", "update", (request) => this.#start(request));
    rest.route("get", "/Calls/:sid/Recordings.json", "list", (request) => this.#list(request, request.sid));
    rest.route("get", "/Calls/:sid/Recordings/:id.json", "fetch", ({ id }) => this.#show(this.#find(id)));
    rest.route("post", "/Calls/:sid/Recordings/:id.json", "update", (request) => this.#control(request));
    rest.route("delete", "/Calls/:sid/Recordings/:id.json", "update", ({ id }) => this.#delete(id));
    rest.route("get", "/Recordings.json", "list", (request) =>
      this.#list(request, request.query.get("CallSid")),
    );
    rest.route("get", "/Recordings/:id.json", "fetch", ({ id }) => this.#show(this.#find(id)));
    rest.route("delete", "/Recordings/:id.json", "update", ({ id }) => this.#delete(id));
    rest.route("get", "/Recordings/:id.wav", "media", (request) => this.#media(request));
    rest.route("get", "/Recordings/:id", "media", (request) => this.#media(request));
  }

  #start({ sid, fields }: RestRequest): RestReply {
    const { leg } = this.#registry.get(sid) ?? {};
    if (!leg) throw new Refusal(20_404, "", 404);
    const recording = this.#recordings.start(leg, recordingOf(fields, false), "StartCallRecordingAPI");
    if (!recording) throw new Refusal(21_220, "Requested resource is not eligible for recording");
    return { status: 201, body: this.#render(recording) };
  }

  /** Pause, go on, stop: the named recording of the call, or the one that runs. */
  #control({ sid, id, fields }: RestRequest): RestReply {
    const running = (recording: Recording) => recording.callSid === sid && recording.isRunning;
    const recording =
      id === CURRENT ? this.#recordings.newestFirst().find(running) : this.#recordings.get(id);
    if (!recording || recording.callSid !== sid) throw new Refusal(20_404, "", 404);
    if (!recording.isRunning) throw new Refusal(21_220, "Recording is not in progress");
    const status = fields.get("Status");
    if (status === "paused") recording.pause(fields.get("PauseBehavior") === "skip" ? "skip" : "silence");
    else if (status === "in-progress") recording.resume();
    else if (status === "stopped") this.#recordings.end(recording);
    else throw new Refusal(20_001, "Invalid Status");
    return this.#show(recording);
  }

  #delete(id: string): RestReply {
    if (this.#find(id).isRunning) throw new Refusal(20_001, "Recording is still in progress");
    this.#recordings.remove(id);
    return { status: 204, body: null };
  }

  #list({ query }: RestRequest, callSid: string | null): RestReply {
    const hits = this.#recordings
      .newestFirst()
      .filter((recording) => callSid === null || recording.callSid === callSid);
    const path = `${this.#root}/Recordings.json`;
    return {
      status: 200,
      body: pageOf(
        "recordings",
        hits.map((hit) => this.#render(hit)),
        path,
        query,
      ),
    };
  }

  #media({ id, query }: RestRequest): RestReply {
    const recording = this.#find(id);
    if (recording.status !== "completed") throw new Refusal(20_404, "", 404);
    const asked = query.get("RequestedChannels");
    const channels = asked === "1" ? 1 : asked === "2" ? 2 : recording.noun.channels;
    const { calleeOnFirstChannel } = this.#services.settings.current;
    return { status: 200, body: recording.wav(channels, calleeOnFirstChannel) };
  }

  #find(id: string): Recording {
    const recording = this.#recordings.get(id);
    if (!recording) throw new Refusal(20_404, "", 404);
    return recording;
  }

  #show(recording: Recording): RestReply {
    return { status: 200, body: this.#render(recording) };
  }

  #render(recording: Recording): unknown {
    const { sid, callSid, noun, source, status, endedAtMs, startedAtMs } = recording;
    const uri = `${this.#root}/Recordings/${sid}`;
    const isDone = status === "completed";
    const seconds = recording.durationSeconds;
    return {
      sid,
      account_sid: this.#services.accountSid,
      api_version: "2010-04-01",
      call_sid: callSid,
      conference_sid: null,
      channels: noun.channels,
      track: noun.track,
      source,
      status,
      start_time: rfc2822(startedAtMs),
      date_created: rfc2822(startedAtMs),
      date_updated: rfc2822(endedAtMs ?? startedAtMs),
      duration: isDone ? String(seconds) : null,
      price: isDone ? (-DOLLARS_PER_MINUTE * Math.ceil(seconds / 60)).toFixed(4) : null,
      price_unit: "USD",
      error_code: status === "absent" ? 16_101 : null,
      encryption_details: null,
      media_url: `https://api.twilio.com${uri}`,
      uri: `${uri}.json`,
      subresource_uris: {
        transcriptions: `${uri}/Transcriptions.json`,
        add_on_results: `${uri}/AddOnResults.json`,
      },
    };
  }
}
