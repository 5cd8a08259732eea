/**
 * Who picked up, judged by their words and by whether they take turns [CL93]. The carrier's machine detection listens to the sound alone, takes
 * seconds, and errs; this is the second opinion. A person must hardly ever be taken for a machine: one phrase is not enough where people say it too.
 */
export type Machine = "voicemail" | "ivr" | "screening";

/** A phrase of machines. `strong` ones are hardly ever said by a person who picked up; of the others two are needed. */
type Phrase = { machine: Machine; strong: boolean; words: RegExp };

const phrase = (machine: Machine, strength: "strong" | "weak", words: string): Phrase => ({
  machine,
  strong: strength === "strong",
  words: new RegExp(words),
});

const DIGIT = "(?:\\d|zero|one|two|three|four|five|six|seven|eight|nine|star|pound|hash)";

const PHRASES: readonly Phrase[] = [
  phrase("voicemail", "strong", "\\b(?:after|at|following) the (?:tone|beep|signal)\\b"),
  phrase(
    "voicemail",
    "strong",
    "\\b(?:leave|record) (?:me |us |him |her |them )?(?:a |your )(?:brief |short |detailed |voice )?(?:message|name and number)\\b",
  ),
  phrase(
    "voicemail",
    "strong",
    "\\b(?:mailbox|voice ?mail)(?: \\w+)? (?:is full|has not been set up|belongs to|of)\\b|\\b(?:forwarded|transferred) to (?:an automated|a|the) voice",
  ),
  phrase(
    "voicemail",
    "strong",
    "\\b(?:cannot|can't) accept (?:any )?(?:new )?messages\\b|\\bwhen you(?:'ve| have) finished recording\\b|\\banswering machine\\b",
  ),
  phrase("voicemail", "weak", "\\byou(?:'ve| have) reached\\b|\\byou are through to\\b"),
  phrase(
    "voicemail",
    "weak",
    "\\b(?:can't|cannot|can not|unable to) (?:come to|take|answer|get to) (?:the|your|this) (?:phone|call)\\b",
  ),
  phrase(
    "voicemail",
    "weak",
    "\\b(?:is|are|am|i'm|we're) (?:not|currently not|currently un)(?: )?available\\b|\\b(?:is|are) unavailable\\b",
  ),
  phrase(
    "voicemail",
    "weak",
    "\\b(?:i'll|i will|we'll|we will) (?:get back to you|call you back|return your call) as soon as\\b",
  ),
  phrase(
    "voicemail",
    "weak",
    "\\bplease (?:try (?:your call )?again|call back) later\\b|\\bthe (?:person|number|customer|party) you (?:are|have|were) (?:calling|called|trying to (?:call|reach)|dialed|dialled)\\b",
  ),
  phrase(
    "ivr",
    "strong",
    `\\bpress ${DIGIT},? (?:for|to)\\b|\\bfor [a-z ]{3,40},? (?:please )?press ${DIGIT}\\b|\\bpara (?:español|continuar en)\\b`,
  ),
  phrase(
    "ivr",
    "strong",
    "\\b(?:menu|our) options have (?:recently )?changed\\b|\\blisten (?:carefully )?to the following (?:menu|options)\\b|\\bmain menu\\b",
  ),
  phrase(
    "ivr",
    "weak",
    "\\byour call is (?:very )?important to us\\b|\\bthank you for calling\\b|\\bcall may be (?:monitored|recorded)\\b",
  ),
  phrase(
    "ivr",
    "weak",
    "\\b(?:say|enter|dial) (?:or enter )?(?:your|the) (?:party's |account |extension|\\d)|\\bhours of operation\\b|\\boffice is (?:now |currently )?closed\\b",
  ),
  phrase(
    "screening",
    "strong",
    "\\b(?:is|are) (?:using|being screened by) (?:a |the )?(?:call )?(?:screening|google|robo)|\\bscreen(?:ing|s|ed)? (?:your|this|all|the|my|unknown) (?:calls?|caller)\\b|\\bcall screening\\b",
  ),
  phrase("screening", "strong", "\\b(?:state|record|say) your name(?:,? (?:and|after)|$)"),
  phrase(
    "screening",
    "weak",
    "\\b(?:the )?reason (?:for|of) (?:your|the) call\\b|\\bwhy you(?:'re| are) calling\\b",
  ),
  phrase(
    "screening",
    "weak",
    "\\b(?:virtual|digital|automated|call) assistant\\b|\\bsee if (?:this person|they|he|she) (?:is|are) available\\b|\\bstay on the line\\b",
  ),
];

/** So many turns of their own, in answer to ours, make a person; what they say later no longer counts. */
const TURNS_OF_A_PERSON = 2;
/** Nobody who picked up talks that long before they listen. */
const MONOLOGUE_MS = 20_000;
/** A greeting comes in pieces; longer ago than this it is another subject. */
const MAX_TURNS = 6;

export class MachineEar {
  #ownTurns = 0;
  #turns = 0;
  /** Weak phrases so far, each once. */
  readonly #weak = new Map<Machine, Set<RegExp>>();
  #monologueMs = 0;

  /** Somebody who answers us: nothing they say makes a machine of them any more. */
  get isPerson(): boolean {
    return this.#ownTurns >= TURNS_OF_A_PERSON;
  }

  /**
   * One finished turn of whoever picked up. `answered`: it followed words of ours that were heard.
   * Returns what kind of machine that makes, null while it may be a person.
   */
  heard(turn: { words: string; speechMs: number; answered: boolean }): Machine | null {
    if (this.isPerson || this.#turns >= MAX_TURNS) return null;
    this.#turns += 1;
    this.#monologueMs = turn.answered ? turn.speechMs : this.#monologueMs + turn.speechMs;
    const found = this.#read(turn.words);
    if (found !== null) return found;
    const said = [...this.#weak.values()].reduce((sum, phrases) => sum + phrases.size, 0);
    if (said > 0 && this.#monologueMs >= MONOLOGUE_MS) return "voicemail";
    if (turn.answered && said === 0) this.#ownTurns += 1;
    return null;
  }

  #read(words: string): Machine | null {
    const text = words
      .toLowerCase()
      .replace(/[’‘]/g, "'")
      .replace(/[\s.,;:!?-]+/g, " ")
      .trim();
    for (const { machine, strong, words: pattern } of PHRASES) {
      if (text.search(pattern) < 0) continue;
      const weak = this.#weak.get(machine) ?? new Set();
      weak.add(pattern);
      this.#weak.set(machine, weak);
      if (strong || weak.size > 1) return machine;
    }
    return null;
  }
}

/** Who picked up, by the transcript so far; null: nobody can tell yet. Somebody who has taken turns with the agent is a person [CL94]. */
export function whoTalks(
  transcript: readonly { speaker: string; text: string; startMs: number; endMs: number }[],
): Machine | "person" | null {
  const ear = new MachineEar();
  let answered = false;
  let machine: Machine | null = null;
  for (const { speaker, text, startMs, endMs } of transcript) {
    if (speaker === "consumer")
      machine = ear.heard({ words: text, speechMs: endMs - startMs, answered }) ?? machine;
    answered = speaker !== "consumer";
  }
  return ear.isPerson ? "person" : machine;
}
