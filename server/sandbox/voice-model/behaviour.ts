import type { BehaviourFault } from "#server/sandbox/voice-model/faults.ts";

export type TranscriptFault = Extract<
  BehaviourFault,
  { kind: "delayTranscripts" | "failTranscripts" | "loseTranscripts" | "ghostTranscripts" }
>;
type ResponseFault = Exclude<BehaviourFault, TranscriptFault>;

/** What goes wrong with one response: at most one fault of each kind. */
export type ResponseTrouble = {
  /** It fails with this code. */
  readonly failCode: string | null;
  /** It stops in the middle: for ever, or as filtered. */
  readonly halt: Extract<ResponseFault, { kind: "stuckResponse" | "filterResponse" }> | null;
  readonly isTextOnly: boolean;
  /** Its closing events come together, right before `response.done`. */
  readonly holdsDones: boolean;
  /** One more audio delta comes after its end. */
  readonly hasLateDelta: boolean;
};

/** How one session misbehaves. */
export class Behaviour {
  #transcripts: TranscriptFault | null = null;
  #waiting: { fault: ResponseFault; left: number }[] = [];

  add(fault: BehaviourFault): void {
    if ("responses" in fault) this.#waiting.push({ fault, left: fault.responses });
    else this.#transcripts = fault;
  }

  get transcripts(): TranscriptFault | null {
    return this.#transcripts;
  }

  /** The trouble of the response that begins now; uses it up. */
  takeResponse(): ResponseTrouble {
    const fail = this.#take("failResponse");
    return {
      failCode: fail?.kind === "failResponse" ? fail.code : null,
      halt: this.#takeHalt(),
      isTextOnly: this.#take("textOnly") !== null,
      holdsDones: this.#take("holdDones") !== null,
      hasLateDelta: this.#take("lateDelta") !== null,
    };
  }

  #takeHalt(): ResponseTrouble["halt"] {
    const fault = this.#take("stuckResponse") ?? this.#take("filterResponse");
    return fault?.kind === "stuckResponse" || fault?.kind === "filterResponse" ? fault : null;
  }

  #take(kind: ResponseFault["kind"]): ResponseFault | null {
    const found = this.#waiting.find(({ fault }) => fault.kind === kind);
    if (!found) return null;
    found.left -= 1;
    this.#waiting = this.#waiting.filter(({ left }) => left > 0);
    return found.fault;
  }
}
