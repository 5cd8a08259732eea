export type HttpMethod = "GET" | "POST";

/** A link of a document; relative ones are resolved against the document's own address. */
export type Link = { readonly url: string; readonly method: HttpMethod };

export type StreamNoun = {
  readonly url: string;
  readonly name: string | null;
  readonly track: string;
  readonly statusCallback: Link | null;
  readonly parameters: Readonly<Record<string, string>>;
};

type NumberNoun = {
  readonly to: string;
  readonly statusCallback: Link | null;
  readonly events: readonly string[];
  /** Document the answering person hears before they are joined. */
  readonly whisper: Link | null;
};

/** What a recording is asked for. Twilio's names and defaults. */
export type RecordingNoun = {
  readonly channels: 1 | 2;
  readonly track: "both" | "inbound" | "outbound";
  readonly callback: Link | null;
  readonly events: readonly string[];
  /** Silence at both ends is cut off. */
  readonly trims: boolean;
};

export type Verb =
  | { readonly verb: "Say"; readonly text: string; readonly loop: number }
  | { readonly verb: "Play"; readonly digits: string }
  | { readonly verb: "Pause"; readonly lengthMs: number }
  | { readonly verb: "Redirect"; readonly link: Link }
  | { readonly verb: "Hangup" }
  | { readonly verb: "Reject"; readonly reason: "busy" | "rejected" }
  | { readonly verb: "Connect"; readonly action: Link | null; readonly stream: StreamNoun }
  | { readonly verb: "Start"; readonly recording: RecordingNoun }
  | {
      readonly verb: "Record";
      readonly action: Link | null;
      readonly maxLengthMs: number;
      /** The recording ends after this much silence. */
      readonly timeoutMs: number;
      readonly finishOnKey: string;
      readonly beeps: boolean;
      readonly recording: RecordingNoun;
    }
  | {
      readonly verb: "Gather";
      readonly action: Link | null;
      readonly timeoutMs: number;
      /** Null: as many as come. */
      readonly digits: number | null;
      readonly finishOnKey: string;
      /** The action is asked also when nobody pressed a key. */
      readonly reportsNothing: boolean;
      readonly prompt: readonly Verb[];
    }
  | {
      readonly verb: "Dial";
      readonly action: Link | null;
      readonly timeoutMs: number;
      readonly callerId: string | null;
      readonly number: NumberNoun;
    };

/** `warnings` are Twilio's 12200: understood in part, executed all the same. */
export type TwimlDocument = { readonly verbs: readonly Verb[]; readonly warnings: readonly string[] };

/** Twilio's 12100: not XML, or not a Response. Nothing of it is executed. */
export class TwimlError extends Error {
  override readonly name = "TwimlError";
}
