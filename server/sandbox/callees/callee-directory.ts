import express, { type Request, type Response, type Router } from "express";
import { z } from "zod";
import { CAST, played } from "#server/sandbox/callees/cast.ts";
import type { Speak } from "#server/sandbox/callees/mouth.ts";
import { scriptSchema } from "#server/sandbox/callees/script.ts";
import type { CalleePlan, Directory } from "#server/sandbox/phone/callee.ts";

/** Who answers, by the last digit of the number. */
const BY_LAST_DIGIT = [
  "pleasant",
  "pleasant-boiler",
  "pleasant-fuses",
  "interrupts",
  "hurried",
  "no-answer",
  "hangs-up",
  "busy",
  "voicemail",
  "stop-calling",
];

const MAX_OVERRIDES = 10_000;
/** A person at the sandbox's phone page answers. */
const BROWSER = "browser";
/** Without phone pages such a number rings until nobody answers. */
const NO_PAGES: PhonePages = { isWaiting: false, planFor: () => ({ kind: "no-answer" }) };

const choiceSchema = z.strictObject({
  script: z.union([z.enum([...CAST.keys(), BROWSER]), scriptSchema]),
});

type Choice = z.infer<typeof choiceSchema>["script"];

/** People who answer in a browser; `isWaiting`: one of them takes the next call, whoever it is for. */
type PhonePages = Directory & { readonly isWaiting: boolean };

/** Decides who answers a number, and lets a test or a person decide otherwise. */
export class CalleeDirectory implements Directory {
  /** To be mounted under `/sandbox/numbers`. */
  readonly router: Router = express.Router();
  readonly #speak: Speak;
  readonly #overrides = new Map<string, Choice>();
  readonly #pages: () => PhonePages;

  constructor(speak: Speak, pages: () => PhonePages = () => NO_PAGES) {
    this.#speak = speak;
    this.#pages = pages;
    this.router.use(express.json());
    this.router.get("/:number", (request, response) => this.#show(request, response));
    this.router.put("/:number", (request, response) => this.#override(request, response));
    this.router.delete("/:number", (request, response) => {
      this.#overrides.delete(request.params.number);
      this.#show(request, response);
    });
  }

  planFor(e164: string): CalleePlan {
    const choice = this.#choiceFor(e164);
    if (choice === BROWSER || this.#pages().isWaiting) return this.#pages().planFor(e164);
    if (typeof choice !== "string") return played(choice)(this.#speak);
    return CAST.get(choice)?.(this.#speak) ?? { kind: "unreachable" };
  }

  /** Calls to this number ring at its phone page, or with whoever the number belongs to. */
  divert(e164: string, toBrowser: boolean): void {
    if (toBrowser) this.#choose(e164, BROWSER);
    else this.#overrides.delete(e164);
  }

  #choose(e164: string, choice: Choice): void {
    if (this.#overrides.size >= MAX_OVERRIDES) this.#overrides.clear();
    this.#overrides.set(e164, choice);
  }

  #choiceFor(e164: string): Choice {
    return this.#overrides.get(e164) ?? BY_LAST_DIGIT[Number(e164.at(-1))] ?? "unreachable";
  }

  #show(request: Request, response: Response): void {
    response.json({ script: this.#choiceFor(String(request.params.number)) });
  }

  #override(request: Request, response: Response): void {
    const choice = choiceSchema.safeParse(request.body);
    if (!choice.success) return void response.status(400).json({ message: z.prettifyError(choice.error) });
    this.#choose(String(request.params.number), choice.data.script);
    this.#show(request, response);
  }
}
