import { BoundedMap } from "#server/voice/openai/bounded.ts";

/** The calls of one answer: they are answered together, after the answer's own end. */
type Group = { readonly open: Set<string>; hasEnded: boolean; isAnswerWanted: boolean };

const REMEMBERED_ANSWERS = 32;

/**
 * Which tool calls still wait for a result. Several calls of one answer get one further answer, not one each, and not before the answer that made
 * them has ended.
 */
export class ToolCalls {
  readonly #groups = new BoundedMap<Group>(REMEMBERED_ANSWERS);
  readonly #seen = new BoundedMap<string>(REMEMBERED_ANSWERS * 4);

  /** False when this call was announced before. */
  called(toolCallId: string, responseId: string): boolean {
    if (this.#seen.has(toolCallId)) return false;
    this.#seen.set(toolCallId, responseId);
    const group = this.#groups.get(responseId) ?? {
      open: new Set<string>(),
      hasEnded: false,
      isAnswerWanted: false,
    };
    group.open.add(toolCallId);
    this.#groups.set(responseId, group);
    return true;
  }

  /** False when nobody waits for this result. */
  isOpen(toolCallId: string): boolean {
    return this.#groupOf(toolCallId)?.open.has(toolCallId) ?? false;
  }

  /** Returns true when now is the time to ask for an answer. */
  returned(toolCallId: string, isAnswerWanted: boolean): boolean {
    const group = this.#groupOf(toolCallId);
    if (!group) return false;
    group.open.delete(toolCallId);
    group.isAnswerWanted ||= isAnswerWanted;
    return this.#isDue(group);
  }

  /** Returns true when now is the time to ask for an answer. */
  answerEnded(responseId: string): boolean {
    const group = this.#groups.get(responseId);
    if (!group) return false;
    group.hasEnded = true;
    return this.#isDue(group);
  }

  #groupOf(toolCallId: string): Group | undefined {
    const responseId = this.#seen.get(toolCallId);
    return responseId === undefined ? undefined : this.#groups.get(responseId);
  }

  #isDue(group: Group): boolean {
    if (!group.hasEnded || group.open.size > 0 || !group.isAnswerWanted) return false;
    group.isAnswerWanted = false;
    return true;
  }
}
