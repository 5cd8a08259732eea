import { readdirSync, readFileSync } from "node:fs";

/** Sends a signal to every process of the group, as Ctrl-C at a terminal does. A group that is gone is left alone. */
export function signalGroup(groupId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-groupId, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

/** The living processes of the group, its leader included. */
export function membersOf(groupId: number): number[] {
  let names: string[];
  try {
    names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return isGone(groupId) ? [] : [groupId]; // Without /proc only the group as a whole can be asked for.
  }
  return names.filter((name) => livesInGroup(name, groupId)).map(Number);
}

function livesInGroup(pid: string, groupId: number): boolean {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return false; // It ended between the two looks.
  }
  // The command, in brackets, may hold blanks: what follows the last bracket is state, parent, group.
  const [state, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(group) === groupId && state !== "Z";
}

function isGone(groupId: number): boolean {
  try {
    process.kill(-groupId, 0);
    return false;
  } catch {
    return true; // ESRCH: nobody is left to receive a signal.
  }
}
