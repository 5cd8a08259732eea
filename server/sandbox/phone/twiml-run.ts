import { randomBytes } from "node:crypto";
import type { TwimlSource } from "#server/sandbox/phone/call-params.ts";
import { announce, digitsAudio } from "#server/sandbox/phone/announcement.ts";
import { connectStream, type Stage } from "#server/sandbox/phone/connect-verb.ts";
import { dialNumber } from "#server/sandbox/phone/dial-verb.ts";
import { gatherKeys, recordMessage } from "#server/sandbox/phone/key-verbs.ts";
import type { Leg } from "#server/sandbox/phone/leg.ts";
import { parseTwiml } from "#server/sandbox/phone/twiml.ts";
import { type Link, type RecordingNoun, TwimlError, type Verb } from "#server/sandbox/phone/twiml-verbs.ts";
import { wait } from "#server/sandbox/phone/wait.ts";
import type { WebhookOutcome } from "#server/sandbox/phone/webhooks.ts";
import { speak } from "#server/sandbox/speech/voices.ts";

/** Where execution goes after a verb. */
type Next =
  | { readonly go: "on" }
  | { readonly go: "hang-up" }
  | { readonly go: "to"; readonly link: Link; readonly fields: Readonly<Record<string, string>> };

type Loaded = { readonly twiml: string; readonly base: string };

const ON: Next = { go: "on" };
const HANG_UP: Next = { go: "hang-up" };
/** Documents one run may visit: a redirect loop ends here. */
const MAX_DOCUMENTS = 1000;
const MAX_LOOPS = 10;
const XML_TYPES = /^(?:text|application)\/xml\b/i;
const APOLOGY = "Sorry, an application error has occurred. Goodbye.";
/** Base of relative links in inline TwiML, which has no address of its own. */
const NO_BASE = "https://twiml.invalid/";

function absolute(link: Link, base: string): Link {
  return URL.canParse(link.url) ? link : { ...link, url: new URL(link.url, base).href };
}

/** The recording with an absolute address for its callback. */
function withAddress(noun: RecordingNoun, base: string): RecordingNoun {
  return noun.callback ? { ...noun, callback: absolute(noun.callback, base) } : noun;
}

/** Executes TwiML documents on an answered leg, one after the other, until they end, hang up or are aborted. */
export class TwimlRun {
  readonly #stage: Stage;
  readonly #signal: AbortSignal;
  readonly #register: (leg: Leg) => void;

  constructor(stage: Stage, signal: AbortSignal, register: (leg: Leg) => void) {
    this.#stage = stage;
    this.#signal = signal;
    this.#register = register;
  }

  /** Resolves when there is nothing more to execute; hanging up is the caller's act. Never rejects. */
  async run(source: TwimlSource, extra: Readonly<Record<string, string>>): Promise<void> {
    let at: { source: TwimlSource; extra: Readonly<Record<string, string>> } | null = { source, extra };
    for (let visits = 0; at && visits < MAX_DOCUMENTS && !this.#signal.aborted; visits++) {
      const loaded: Loaded | null = await this.#load(at.source, at.extra);
      if (this.#signal.aborted) return;
      if (!loaded) return this.#say(APOLOGY, 1);
      at = await this.#execute(loaded);
    }
  }

  async #load(source: TwimlSource, extra: Readonly<Record<string, string>>): Promise<Loaded | null> {
    if (source.kind === "text") return { twiml: source.twiml, base: NO_BASE };
    const first = await this.#fetch(source.link, extra);
    if (typeof first !== "number") return first;
    if (!source.fallback) return null;
    const { url } = source.link;
    const second = await this.#fetch(source.fallback, { ...extra, ErrorCode: String(first), ErrorUrl: url });
    return typeof second === "number" ? null : second;
  }

  /** The document, or the debugger code of what is wrong with it. */
  async #fetch(link: Link, extra: Readonly<Record<string, string>>): Promise<Loaded | number> {
    const { leg, services } = this.#stage;
    leg.log.add("twiml.requested");
    const outcome = await services.webhooks.send(link, leg.fields(extra));
    const code = this.#judge(outcome);
    if (outcome.kind === "replied" && code === null) return { twiml: outcome.reply.body, base: link.url };
    leg.log.add("twiml.failed", { code, tries: outcome.tries });
    return code ?? 11_200;
  }

  #judge(outcome: WebhookOutcome): number | null {
    if (outcome.kind === "failed") return outcome.code;
    if (!XML_TYPES.test(outcome.reply.contentType ?? "")) return 12_300;
    try {
      parseTwiml(outcome.reply.body);
      return null;
    } catch (error) {
      if (error instanceof TwimlError) return 12_100;
      throw error;
    }
  }

  async #execute(
    loaded: Loaded,
  ): Promise<{ source: TwimlSource; extra: Readonly<Record<string, string>> } | null> {
    const document = parseTwiml(loaded.twiml);
    this.#stage.leg.log.add("twiml.running", { verbs: document.verbs.map((verb) => verb.verb) });
    for (const warning of document.warnings)
      this.#stage.leg.log.add("twiml.warning", { code: 12_200, warning });
    for (const verb of document.verbs) {
      const next = await this.#verb(verb, loaded.base);
      if (this.#signal.aborted || next.go === "hang-up") return null;
      if (next.go === "on") continue;
      const link = absolute(next.link, loaded.base);
      return { source: { kind: "link", link, fallback: null }, extra: next.fields };
    }
    return null;
  }

  async #verb(verb: Verb, base: string): Promise<Next> {
    const { services, line } = this.#stage;
    switch (verb.verb) {
      case "Say":
        await this.#say(verb.text, verb.loop);
        return ON;
      case "Play":
        this.#stage.leg.log.add("digits.played", { count: verb.digits.length });
        await announce(line, digitsAudio(verb.digits), this.#signal);
        return ON;
      case "Pause":
        await wait(services.clock, verb.lengthMs, this.#signal);
        return ON;
      case "Redirect":
        return { go: "to", link: verb.link, fields: {} };
      case "Hangup":
      case "Reject":
        return HANG_UP;
      case "Connect":
        await connectStream(this.#stage, verb.stream, base, this.#signal);
        this.#maybeReportAfterEnd(verb.action, base);
        return verb.action ? { go: "to", link: verb.action, fields: {} } : ON;
      case "Start":
        services.recordings.start(
          this.#stage.leg,
          withAddress(verb.recording, base),
          "StartCallRecordingTwiML",
        );
        return ON;
      case "Record":
      case "Gather": {
        const told = await this.#keyVerb(verb, base);
        return told && verb.action ? { go: "to", link: verb.action, fields: told } : ON;
      }
      case "Dial": {
        const result = await dialNumber(this.#stage, verb, this.#signal, this.#register, (leg, ear) =>
          this.#whisper(verb.number.whisper, base, leg, ear),
        );
        return verb.action ? { go: "to", link: verb.action, fields: result } : ON;
      }
    }
  }

  #keyVerb(verb: Extract<Verb, { verb: "Record" | "Gather" }>, base: string) {
    if (verb.verb === "Record") {
      const recording = withAddress(verb.recording, base);
      return recordMessage(this.#stage, { ...verb, recording }, this.#signal);
    }
    return gatherKeys(this.#stage, verb, this.#signal, async (signal) => {
      const prompting = new TwimlRun(this.#stage, signal, this.#register);
      for (const part of verb.prompt) if (!signal.aborted) await prompting.#verb(part, base);
    });
  }

  /** Some networks ask the action of a Connect also when the call is over; the reply no longer matters. */
  #maybeReportAfterEnd(action: Link | null, base: string): void {
    const { services, leg } = this.#stage;
    const over = leg.state.phase === "completed";
    if (!action || !over || !services.settings.current.actionAfterHangUp) return;
    void services.webhooks.send(absolute(action, base), leg.fields());
  }

  async #whisper(link: Link | null, base: string, leg: Leg, line: Stage["line"]): Promise<void> {
    if (!link) return;
    const stage = { services: this.#stage.services, leg, line, streams: [] };
    const source = { kind: "link", link: absolute(link, base), fallback: null } as const;
    await new TwimlRun(stage, this.#signal, this.#register).run(source, {});
  }

  async #say(text: string, loop: number): Promise<void> {
    const times = loop === 0 ? MAX_LOOPS : Math.min(loop, MAX_LOOPS);
    for (let turn = 0; turn < times && !this.#signal.aborted; turn++) {
      const audio = await speak(text, "slt", randomBytes(4).readUInt32BE());
      if (!this.#signal.aborted) await announce(this.#stage.line, audio, this.#signal);
    }
  }
}
