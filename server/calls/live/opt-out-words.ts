/**
 * Whether somebody says that they want no more calls, in whatever words [CL90]: any reasonable means counts (47 CFR 64.1200(a)(10)). A table and no
 * model, because it must work when the model does not, and must not be talked out of it. "Call me later", "not before nine" and "stop the leak" are
 * no opt-outs; in doubt about a bare "stop" it is one. "Cancel", "end" and "no" alone answer too many other questions to count.
 */
export function saysStopCalling(words: string): boolean {
  const text = words.toLowerCase().replace(/[’‘]/g, "'").replace(/\s+/g, " ");
  return text.split(/[.!?;:]+/).some((sentence) => WAYS.some((way) => way.test(sentence.trim())));
}

const CALL = "(?:call|ring|phone|dial|contact|bother|disturb|harass|text)";
const CALLING =
  "(?:calling|ringing|phoning|dialing|dialling|contacting|bothering|disturbing|harassing|texting)";
const CALLED = "(?:called|contacted|phoned|bothered|disturbed)";
const NOT = "(?:do not|don't|dont|never|not)";
const ME = "(?:me|us|here|this (?:number|house|phone|line)|my (?:number|phone|house|home|cell))";
const NUMBER = "(?:my|this|our) (?:phone |cell |mobile |home )?number";
const AGAIN = "(?:again|any ?more|any longer|ever|in the future)";
const LIST = "(?:lists?|database|system|records|files?|books)";
/** What follows makes it a wish about the time, not about calls: "don't call me before nine". */
const NO_TIME_FOLLOWS =
  "(?!,? (?:back )?(?:right )?(?:now|today|tonight|tomorrow|before|after|until|till|during|in the|between|while|when|so (?:early|late)|this (?:morning|afternoon|evening|week)|(?:at|on)(?! (?:this|that|my) (?:number|phone|cell|line)))\\b)";
/** Somebody else's habit: "my neighbour won't stop calling". */
const NOT_ANOTHER =
  "(?<!\\b(?:won't|will not|wouldn't|don't|do not|doesn't|does not|didn't|did not|never|can't|not) )";

/** What comes before a demand; anybody else as the subject tells of others: "the plumbers don't call any more". */
const ASKED =
  "(?:^|, |\\b(?:please|just|and|so|but|then|to|you|should|must|said|better|okay|ok|no|hey|well) )";

const WAYS: readonly RegExp[] = [
  // Stop calling me. I told you to stop. Stop these calls.
  `${NOT_ANOTHER}\\b(?:stop|quit|cease) ${CALLING}\\b(?! (?:me )?(?:mr|mrs|ms|miss|sir|ma'am|madam|that|names|by|him|her|it|them)\\b)`,
  `${NOT_ANOTHER}\\b(?:stop|end|quit|enough)(?: with| of)? (?:the|these|this|those|your|all(?: of)?(?: the| these| those| your)?) (?:\\w+ )?calls?\\b`,
  "\\btold (?:you|your company|you guys|you people)(?: already| before)? (?:to stop|not to|never to)\\b",
  "^(?:please |just |hey |hey you |no,? |ok(?:ay)?,? )*(?:stop|quit|unsubscribe|revoke|opt out)(?:,? (?:it|this|now|please|already))*$",
  // Take me off your list. Lose my number.
  `\\b(?:take|get|remove|delete|strike|cross|drop|erase|pull) (?:me|us|my (?:\\w+ )?(?:number|name|data|details|info|information)|(?:this|our) number) (?:off|from|out of)(?: of)? (?:your|the|this|that|any|all|every)(?: \\w+){0,3} ${LIST}\\b`,
  `\\b(?:take|get) (?:me|us|${NUMBER}|my name) off(?=$|,| (?:it|this|that|please|now|right|your)\\b)`,
  `${NOT_ANOTHER}\\b(?:remove|delete|lose|forget|erase|block) (?:me(?=$|,| please| from)|${NUMBER})`,
  "\\bdo[- ]not[- ]call (?:list|registry|register)\\b",
  "^(?:please |just )*do not call$",
  // Don't ever call me again. Never call here.
  `${ASKED}${NOT} (?:you )?(?:ever |dare )?(?:to )?(?:ever )?${CALL}(?: back)?(?: ${ME})?(?: (?:at|on) (?:this|my) \\w+)?,? ${AGAIN}\\b${NO_TIME_FOLLOWS}`,
  `${ASKED}${NOT} (?:ever )?${CALL} ${ME}(?=$|,| please| or | and | because| i )`,
  // I don't want these calls, to be called, to hear from you.
  `\\b(?:do not|don't|dont|didn't|never) (?:ever )?(?:want|wish|need|like|care|agree|consent)(?: for)? to (?:be|get|keep being|keep getting) ${CALLED}(?=$|,| by| again| any| like| from| at all| please)`,
  `\\b(?:do not|don't|dont|never) (?:ever )?(?:want|wish|need|care) to (?:hear from|talk to|speak to|speak with|be contacted by) (?:you|your company|you people|you guys)(?: guys| people)?(?: ${AGAIN})?(?=$|,)`,
  `\\b(?:do not|don't|dont|didn't) (?:want|need|like|appreciate|accept|wish for)(?: to (?:get|receive|have|take))? (?:(?:any|any more|more|no|your|these|those|this|this kind of|such|further|phone|sales|ai|automated|robot|robo|unsolicited|unwanted|other) )+(?:phone )?calls?\\b${NO_TIME_FOLLOWS}`,
  `\\b(?:do not|don't|dont|didn't) (?:want|need|like|appreciate)(?: to (?:get|receive))? calls? (?:like|from|of this)\\b`,
  `\\b(?:do not|don't|dont) want (?:you|anyone|anybody|any of you|your company|you people|you guys)(?: ever)? (?:to )?(?:ever )?(?:${CALL}|${CALLING})(?: ${ME})?(?: ${AGAIN})?(?=$|,| please| or | and )`,
  `\\bno (?:more|further) (?:phone |sales |of (?:these|your|those) )?(?:calls?|calling|contact)\\b(?! (?:today|tonight|this|until|before|after))`,
  "^(?:please,? )?no calls(?: please| ever| at all)?$",
  // Consent taken back, harassment, threats.
  "\\bunsubscribe\\b|\\bopt(?:ing)?[ -](?:me |us )?out\\b(?! of (?:the|that) (?!call|list|phone))|\\bcease and desist\\b",
  "\\b(?:revoke|withdraw|take back|cancel) (?:my |any |all )?(?:consent|permission)\\b",
  `\\b(?:do not|don't|never|no longer|didn't) (?:give|gave|consent|agree|agreed|allow|permit)(?: you)?(?: my| any)?(?: consent| permission)? (?:to (?:be called|being called|call|these calls|this call|receive)|for (?:you to call|these calls))`,
  `\\bleave (?:me|us|my (?:family|wife|husband|mother|father)) alone\\b`,
  `\\b(?:this|that|it) is harassment\\b|\\byou(?:'re| are) harassing\\b|\\bstop harassing\\b`,
  `\\b(?:report|sue|police|lawyer|attorney|complaint|complain|ftc|fcc)\\b.{0,60}\\b(?:${CALL}|${CALLING})\\b`,
  `\\b(?:last time you|better not|better never) (?:ever )?${CALL}\\b`,
  // The commonest ways in Spanish, whatever language the call is in.
  "\\bno (?:me |nos )(?:vuelv[ae]n? a )?llam(?:e|es|en|ar)(?: m[aá]s| nunca)?$|\\bdej(?:e|a|en) de llamar|\\bqu[ií]t(?:e|a|en)(?:me|nos) de (?:la|su) lista",
].map((way) => new RegExp(way));
