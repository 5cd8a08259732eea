/** What the callee's words ask of the agent. */
export type Intent =
  | "optOut"
  | "wrongNumber"
  | "voicemail"
  | "busy"
  | "softBusy"
  | "decline"
  | "robot"
  | "human"
  | "who"
  | "source"
  | "why"
  | "price"
  | "repeat"
  | "wait"
  | "goodbye"
  | "greeting"
  | "unclear"
  | "backchannel"
  | "no"
  | "yes"
  | "question"
  | "statement";

/** In order: the first rule that fits decides, so what must never be missed comes first. */
const RULES: readonly (readonly [Intent, RegExp])[] = [
  [
    "optOut",
    /\b(stop (calling|ringing|phoning|contacting)|unsubscribe|opt(ing)? (me )?out|leave me alone|(take|get) (me|my number|us) off|remove (me|my (phone )?number)|(do not|don't|never) (ever )?(call|ring|phone|contact)( (me|us|here|this number))?( again| any ?more| ever again)?(?! (me )?(before|after|at|on|until|during|in)\b))|^(please )?stop[.!]*$/,
  ],
  [
    "wrongNumber",
    /\b(wrong (number|person)|no ?(one|body) (here )?(called|by|with) that|(there's|there is) no .{1,30} here|doesn't live here)/,
  ],
  [
    "voicemail",
    /\b(leave (a|your) message|after the (tone|beep)|can't (come to|take) the (phone|call)|voice ?mail|mailbox)/,
  ],
  [
    "busy",
    /\b(call (me )?(back )?(again )?(later|another time|tomorrow|next week|(on |this |next )?(mon|tues|wednes|thurs|fri|satur|sun)day|this (afternoon|evening)|in (an?|one|two|three|half an|\d+) (hour|minute)s?)|(not|isn't) a (good|great) (time|moment)|bad time|can't (talk|speak)( right)?( now)?)/,
  ],
  [
    "goodbye",
    /^(ok(ay)?,? |thanks?,? |thank you,? |well,? )*(bye|good ?bye|see you|talk (to you )?later)\b|\bgood ?bye\b|\b(have to|got to|gotta|must) (go|run|hang up)\b/,
  ],
  [
    "decline",
    /\b(not (really )?interested|no,? thank(s| you)|already (found|hired|booked|have (some|any)one|got (some|any)one|sorted|fixed)|(don't|do not|no longer) (need|want) (it|that|this|you|your|any|help)|changed my mind|all sorted)/,
  ],
  ["softBusy", /\b(i'm|i am|we're) (driving|busy|at work|in a meeting|in the middle|eating|cooking)/],
  [
    "robot",
    /\b(are|is) (you|this|that|it) (really )?(just )?(a |an )?(real |actual |human |automated |recorded |recording|live )?(robot|bot|machine|computer|ai|a\.i\.|recording|person|human|artificial)|\b(am i|i'm) (talking|speaking) (to|with) (a |an )?(robot|bot|machine|computer|ai|real|human|person|recording)/,
  ],
  [
    "human",
    /\b(speak|talk) (to|with) (a |an |some ?)?(real |actual )?(person|human|one|body|manager|someone)/,
  ],
  ["source", /\b(how did you (get|find)|where did you (get|find)|who gave you) (my|this|our)/],
  [
    "who",
    /\bwho('s| is| are|m am i)? ?(this|you|calling|speaking|that|am i)\b|\bwhich company\b|\bwhat company\b|\bcalling from\b/,
  ],
  [
    "why",
    /\b(what('s| is) (this|it|that) (about|regarding|for|all about)|why are you (calling|ringing|asking)|what do you want|what are you (calling|selling))/,
  ],
  [
    "price",
    /\b(how much|what (does|would|will) (it|that|this|a visit|the visit) cost|what('s| is) (the|your) (price|cost|rate|fee)|what do you charge)/,
  ],
  [
    "repeat",
    /\b(say (that|it) again|repeat (that|it|the)|come again|(didn't|did not|couldn't|can't) (hear|catch|get|understand) (you|that|it))|^(sorry|pardon|what|excuse me|huh)( me)?[?.!]*$/,
  ],
  [
    "wait",
    /^(just )?(hold on|hang on|wait|(one|just a|a) (moment|second|minute|sec)|bear with me|let me (check|see|look))\b[^?]{0,30}$/,
  ],
  [
    "greeting",
    /^(hello|hi|hey|good (morning|afternoon|evening)|yes,? hello|hello,? (who|yes))[ ,.!?]*(there|hello)?[ ,.!?]*$/,
  ],
  ["backchannel", /^((mm+|mhm|mm-?hm+|uh-?huh|uh|um|aha|right|i see|go on|ok(ay)?|sure)[ ,.!]*)+$/],
  ["no", /^(no|nope|nah|not really|not that i know|nothing( else)?|that's (all|it|everything)|none)\b/],
  [
    "yes",
    /^(yes|yeah|yep|yup|sure|of course|ok(ay)?|right|correct|that's (right|correct|fine)|go ahead|fine|absolutely|certainly|please do|i do|it is)\b/,
  ],
  [
    "question",
    /(^|[.!,] )(and |but |so )?(what|when|where|who|why|how|which|do|does|did|can|could|will|would|is|are|have|has) [^.!?]*\?/,
  ],
];

/** Reads the callee's words. No words at all are `unclear`. */
export function intentOf(text: string): Intent {
  const said = text.toLowerCase().replaceAll("’", "'").replace(/\s+/g, " ").trim();
  if (!/[a-z0-9]/.test(said)) return "unclear";
  return RULES.find(([, pattern]) => pattern.test(said))?.[0] ?? "statement";
}

/** Whether these words can be the answer to a question that was asked. */
export function isAnswer(intent: Intent): boolean {
  return (
    intent === "statement" ||
    intent === "yes" ||
    intent === "no" ||
    intent === "softBusy" ||
    intent === "backchannel"
  );
}
