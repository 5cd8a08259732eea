import {
  type Link,
  type StreamNoun,
  type RecordingNoun,
  type Verb,
  type TwimlDocument,
  TwimlError,
} from "#server/sandbox/phone/twiml-verbs.ts";
import { parseXml, textOf, type XmlElement, XmlError } from "#server/sandbox/phone/xml.ts";

const KNOWN_ATTRIBUTES: Readonly<Record<string, string>> = {
  Response: "",
  Say: "voice language loop",
  Play: "loop digits",
  Pause: "length",
  Redirect: "method",
  Hangup: "",
  Reject: "reason",
  Connect: "action method",
  Start: "action method",
  Recording: `channels recordingStatusCallback recordingStatusCallbackEvent recordingStatusCallbackMethod track trim
    recordingConfigurationId`,
  Record: `action method maxLength timeout finishOnKey playBeep trim recordingStatusCallback recordingStatusCallbackEvent
    recordingStatusCallbackMethod transcribe transcribeCallback`,
  Gather: "action method timeout numDigits finishOnKey input actionOnEmptyResult",
  Stream: "url name track statusCallback statusCallbackMethod",
  Parameter: "name value",
  Dial: `action method timeout timeLimit callerId answerOnBridge hangupOnStar ringTone record trim sequential
    recordingStatusCallback recordingStatusCallbackMethod`,
  Number: "url method statusCallback statusCallbackEvent statusCallbackMethod sendDigits",
};
const MAX_PARAMETER_CHARACTERS = 500;

/** Reads attributes and collects what the schema does not know. */
class Interpreter {
  readonly warnings: string[] = [];

  warn(warning: string): void {
    this.warnings.push(warning);
  }

  link(element: XmlElement, urlName: string, methodName: string): Link | null {
    const url = element.attributes.get(urlName)?.trim();
    if (!url) return null;
    const method = element.attributes.get(methodName) ?? "POST";
    if (method !== "GET" && method !== "POST")
      this.warn(`${element.name} ${methodName} must be GET or POST.`);
    return { url, method: method === "GET" ? "GET" : "POST" };
  }

  seconds(element: XmlElement, name: string, fallback: number): number {
    const value = element.attributes.get(name);
    if (value === undefined) return fallback;
    if (/^\d+$/.test(value)) return Number(value);
    this.warn(`${element.name} ${name} must be a whole number.`);
    return fallback;
  }

  /** Element children; text between them and unknown attributes are worth a warning. */
  elements(element: XmlElement): XmlElement[] {
    const known = (KNOWN_ATTRIBUTES[element.name] ?? "").split(/\s+/);
    for (const name of element.attributes.keys()) {
      if (!known.includes(name)) this.warn(`${element.name} does not know the attribute ${name}.`);
    }
    return element.children.filter((child) => typeof child !== "string");
  }

  verb(element: XmlElement): Verb | null {
    const children = this.elements(element);
    switch (element.name) {
      case "Say":
        return { verb: "Say", text: textOf(element), loop: this.seconds(element, "loop", 1) };
      case "Play":
        return this.play(element);
      case "Pause":
        return { verb: "Pause", lengthMs: this.seconds(element, "length", 1) * 1000 };
      case "Redirect": {
        const method = element.attributes.get("method") === "GET" ? "GET" : "POST";
        return { verb: "Redirect", link: { url: textOf(element), method } };
      }
      case "Hangup":
        return { verb: "Hangup" };
      case "Reject": {
        const reason = element.attributes.get("reason") === "busy" ? "busy" : "rejected";
        return { verb: "Reject", reason };
      }
      case "Connect":
        return this.connect(element, children);
      case "Dial":
        return this.dial(element, children);
      case "Start":
        return this.start(children);
      case "Record":
        return this.record(element);
      case "Gather":
        return this.gather(element, children);
      default:
        this.warn(`${element.name} is no verb of this phone network.`);
        return null;
    }
  }

  play(element: XmlElement): Verb | null {
    const digits = element.attributes.get("digits");
    if (digits !== undefined && /^[\dA-D*#wW]+$/.test(digits)) return { verb: "Play", digits };
    this.warn("Play knows only digits here.");
    return null;
  }

  connect(element: XmlElement, children: readonly XmlElement[]): Verb | null {
    const streams = children.filter((child) => child.name === "Stream");
    if (children.length !== 1 || !streams[0]) {
      this.warn("Connect takes exactly one Stream here.");
      return null;
    }
    const action = this.link(element, "action", "method");
    return { verb: "Connect", action, stream: this.stream(streams[0]) };
  }

  stream(element: XmlElement): StreamNoun {
    const parameters: Record<string, string> = {};
    for (const child of this.elements(element)) {
      this.elements(child);
      const name = child.attributes.get("name");
      const value = child.attributes.get("value") ?? "";
      if (child.name !== "Parameter" || name === undefined) {
        this.warn("Stream takes Parameters with a name.");
      } else if (name.length + value.length >= MAX_PARAMETER_CHARACTERS) {
        this.warn("A Parameter's name and value are under 500 characters together.");
      } else parameters[name] = value;
    }
    return {
      url: element.attributes.get("url")?.trim() ?? "",
      name: element.attributes.get("name") ?? null,
      track: element.attributes.get("track") ?? "inbound_track",
      statusCallback: this.link(element, "statusCallback", "statusCallbackMethod"),
      parameters,
    };
  }

  /** Recordings are all that can be started beside the document here. */
  start(children: readonly XmlElement[]): Verb | null {
    const [noun, ...others] = children;
    if (noun?.name !== "Recording" || others.length > 0) {
      this.warn("Start takes exactly one Recording here.");
      return null;
    }
    this.elements(noun);
    return { verb: "Start", recording: this.recording(noun) };
  }

  recording(element: XmlElement): RecordingNoun {
    const { attributes } = element;
    const track = attributes.get("track") ?? "both";
    return {
      channels: attributes.get("channels") === "mono" || element.name === "Record" ? 1 : 2,
      track: track === "inbound" || track === "outbound" ? track : "both",
      callback: this.link(element, "recordingStatusCallback", "recordingStatusCallbackMethod"),
      events: (attributes.get("recordingStatusCallbackEvent") ?? "completed").split(/\s+/),
      trims: attributes.get("trim") === "trim-silence",
    };
  }

  record(element: XmlElement): Verb {
    return {
      verb: "Record",
      action: this.link(element, "action", "method"),
      maxLengthMs: this.seconds(element, "maxLength", 3600) * 1000,
      timeoutMs: this.seconds(element, "timeout", 5) * 1000,
      finishOnKey: element.attributes.get("finishOnKey") ?? "1234567890*#",
      beeps: element.attributes.get("playBeep") !== "false",
      recording: { ...this.recording(element), track: "inbound" },
    };
  }

  gather(element: XmlElement, children: readonly XmlElement[]): Verb {
    if ((element.attributes.get("input") ?? "dtmf") !== "dtmf") this.warn("Gather hears keys only here.");
    const prompt = children.filter((child) => ["Say", "Play", "Pause"].includes(child.name));
    if (prompt.length < children.length) this.warn("Gather takes Say, Play and Pause.");
    const digits = this.seconds(element, "numDigits", 0);
    return {
      verb: "Gather",
      action: this.link(element, "action", "method"),
      timeoutMs: this.seconds(element, "timeout", 5) * 1000,
      digits: digits === 0 ? null : digits,
      finishOnKey: element.attributes.get("finishOnKey") ?? "#",
      reportsNothing: element.attributes.get("actionOnEmptyResult") === "true",
      prompt: prompt.map((child) => this.verb(child)).filter((verb) => verb !== null),
    };
  }

  dial(element: XmlElement, children: readonly XmlElement[]): Verb | null {
    const noun = children.find((child) => child.name === "Number");
    if (children.length > 1 || (children.length === 1 && !noun)) this.warn("Dial takes one Number here.");
    if (noun) this.elements(noun);
    const to = textOf(noun ?? element);
    if (to === "") {
      this.warn("Dial names nobody.");
      return null;
    }
    return {
      verb: "Dial",
      action: this.link(element, "action", "method"),
      timeoutMs: this.seconds(element, "timeout", 30) * 1000,
      callerId: element.attributes.get("callerId") ?? null,
      number: {
        to,
        statusCallback: noun ? this.link(noun, "statusCallback", "statusCallbackMethod") : null,
        events: (noun?.attributes.get("statusCallbackEvent") ?? "completed").split(/\s+/),
        whisper: noun ? this.link(noun, "url", "method") : null,
      },
    };
  }
}

/**
 * Parses a TwiML document: strict about XML and about case; unknown verbs and attributes are warnings and are
 * skipped, as Twilio does.
 * @throws TwimlError when nothing can be executed
 */
export function parseTwiml(source: string): TwimlDocument {
  try {
    const root = parseXml(source);
    if (root.name !== "Response") throw new TwimlError("The root element must be Response.");
    const interpreter = new Interpreter();
    const verbs = interpreter.elements(root).map((element) => interpreter.verb(element));
    return { verbs: verbs.filter((verb) => verb !== null), warnings: interpreter.warnings };
  } catch (error) {
    if (error instanceof XmlError) throw new TwimlError(error.message);
    throw error;
  }
}
