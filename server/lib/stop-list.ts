import { errorFields, type Logger } from "#server/lib/logger.ts";

/** Undoes what was started, last first; what fails to stop must not keep the rest from stopping. */
export class StopList {
  readonly #steps: { name: string; stop: () => unknown }[] = [];
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(name: string, stop: () => unknown) {
    this.#steps.push({ name, stop });
  }

  async run(): Promise<void> {
    for (const { name, stop } of this.#steps.splice(0).toReversed()) {
      try {
        await stop();
      } catch (error) {
        this.#logger.error({ part: name, ...errorFields(error) }, "a part did not stop in order");
      }
    }
  }
}
