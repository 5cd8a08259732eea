import type { Kept } from "#server/database/embedded/crash/writer.ts";
import { GROUP_SIZE } from "#server/database/embedded/crash/writer.ts";

/** What the writers' logs say must be there, must be gone, or may be either because its answer never came. */
export class Ledger {
  readonly #present = new Set<string>();
  readonly #gone = new Set<string>();
  readonly #open = new Set<string>();
  readonly #versions = new Map<string, { least: number; most: number }>();
  /** Writes that were answered. */
  answered = 0;

  /** Takes in a whole log. Its last line may be cut off by the kill. */
  read(log: string): void {
    for (const line of log.split("\n").slice(0, -1)) {
      const [when = "", what = "", id = "", version = ""] = line.split(" ");
      if (what === "group") this.#noteVersion(when, id, Number(version));
      else if (when === "try") this.#open.add(id);
      else this.#settle(what, id);
      if (when === "done") this.answered += 1;
    }
  }

  #settle(what: string, id: string): void {
    this.#open.delete(id);
    const [into, outOf] = what === "insert" ? [this.#present, this.#gone] : [this.#gone, this.#present];
    into.add(id);
    outOf.delete(id);
  }

  #noteVersion(when: string, group: string, version: number): void {
    const known = this.#versions.get(group) ?? { least: 0, most: 0 };
    this.#versions.set(group, { least: when === "done" ? version : known.least, most: version });
  }

  /** Sentences about everything that is not as the logs say. */
  compare(documents: readonly Kept[]): string[] {
    const ids = new Set(documents.map(({ _id }) => _id));
    const known = (id: string) => !this.#open.has(id);
    return [
      ...[...this.#present].filter((id) => known(id) && !ids.has(id)).map((id) => `lost: ${id}`),
      ...[...this.#gone].filter((id) => known(id) && ids.has(id)).map((id) => `back again: ${id}`),
      ...[...Map.groupBy(documents, ({ group }) => group ?? "")].flatMap(([group, members]) =>
        group === "" ? [] : this.#groupProblems(group, members),
      ),
    ];
  }

  #groupProblems(group: string, members: readonly Kept[]): string[] {
    const versions = new Set(members.map(({ version }) => version ?? -1));
    const [version = -1] = versions;
    if (versions.size > 1) return [`half applied: ${group} has ${versions.size} versions`];
    const bounds = this.#versions.get(group);
    if (!bounds) return [];
    if (members.length !== GROUP_SIZE) return [`lost: a member of ${group}`];
    return version < bounds.least || version > bounds.most ? [`lost: an update of ${group}`] : [];
  }
}
