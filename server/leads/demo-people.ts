/** How a simulated callee behaves: the sandbox's phone network goes by the last digit of the number. */
export type DemoCallee =
  | "pleasant"
  | "interrupts"
  | "hurried"
  | "noAnswer"
  | "hangsUp"
  | "busy"
  | "voicemail"
  | "saysStop";

export const CALLEE_DIGITS: Record<DemoCallee, readonly number[]> = {
  pleasant: [0, 1, 2],
  interrupts: [3],
  hurried: [4],
  noAnswer: [5],
  hangsUp: [6],
  busy: [7],
  voicemail: [8],
  saysStop: [9],
};

/** Who is called after whom: every second one is pleasant, and the first, so that a newcomer sees a whole conversation. */
export const CALLEE_ORDER: readonly DemoCallee[] = [
  "pleasant",
  "interrupts",
  "pleasant",
  "hurried",
  "pleasant",
  "hangsUp",
  "pleasant",
  "noAnswer",
  "pleasant",
  "voicemail",
  "pleasant",
  "interrupts",
  "pleasant",
  "busy",
  "pleasant",
  "saysStop",
];

const FIRST_NAMES = (
  "Ada Amara Bettina Caleb Celia Dario Elena Emeka Farid Greta Hugo Imani Jonas Keiko Lars Leila Mateo Mina Nadia Oscar " +
  "Petra Quentin Ravi Rosalind Samir Signe Tariq Thea Ulrich Valentina Wendell Xenia Yusuf Zora"
).split(" ");
const LAST_NAMES = (
  "Abernathy Bellweather Calloway Dunmore Eastlake Fairbairn Granger Hollis Ironwood Jessup Kettering Lockhart Merriweather " +
  "Northcott Okafor Pemberton Quill Ravenel Silverthorne Tamsin Underhill Vasquez Winterbourne Yarrow Zeller"
).split(" ");

/** An invented name for each number: the same number is the same person after a restart. 34 and 25 share no factor, so 850 names come before one repeats. */
export function demoPerson(index: number): { email: string; name: string } {
  const first = FIRST_NAMES[index % FIRST_NAMES.length] ?? "Ada";
  const last = LAST_NAMES[index % LAST_NAMES.length] ?? "Hollis";
  return { email: `person-${index}@demo.test`, name: `${first} ${last}` };
}
