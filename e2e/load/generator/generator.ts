import type { FrameReport } from "#e2e/load/generator/load-call.ts";
import type { Measures } from "#e2e/load/generator/measures.ts";
import type { LedgerCounts } from "#e2e/load/generator/numbered-audio.ts";
import type { Account } from "#e2e/load/generator/phone-network.ts";
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

export type Question =
  | { kind: "addresses" }
  | { kind: "connect"; url: string; calls: number }
  | { kind: "begin" }
  | { kind: "figures" }
  | { kind: "hangUp" };

export type WindowFigures = ReturnType<Measures["figures"]> & { streams: number; sessions: number };

export type FrameFigures = {
  consumer: FrameReport;
  agent: LedgerCounts & { lost: number; stale: number };
  webhooksFailed: number;
  streamsLost: number;
  /** Voice sessions that outlived their calls. */
  sessionsLeft: number;
};

export type Answers = {
  addresses: { twilio: string; openAi: string };
  connect: null;
  begin: null;
  figures: WindowFigures;
  hangUp: FrameFigures;
};

/** The parent's end of the generator. */
export class Generator {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #asked = 0;

  constructor(account: Account, certificates: string, execArgv: string[]) {
    const main = fileURLToPath(new URL("main.ts", import.meta.url));
    const { accountSid, authToken } = account;
    this.#child = fork(main, [accountSid, authToken, certificates], { execArgv });
    this.#child.on("message", ({ id, value, failed }: { id: number; value: unknown; failed?: string }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (failed === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(`The generator: ${failed}`));
    });
    this.#child.once("exit", (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`The generator ended (${code}).`));
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  ask<Kind extends Question["kind"]>(question: Extract<Question, { kind: Kind }>): Promise<Answers[Kind]> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve, reject) => {
      if (!this.#child.connected) return reject(new Error("The generator has ended."));
      this.#waiting.set(id, { resolve: (value) => resolve(value as Answers[Kind]), reject });
      this.#child.send({ id, question });
    });
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}
