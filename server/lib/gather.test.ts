import { gather } from "#server/lib/gather.ts";
import { expect, test } from "vitest";

test("what is asked for together is read once; what is asked for later is read anew; a failure reaches all who asked", async () => {
  const readings: string[][] = [];
  const lengthOf = gather(async (keys) => {
    readings.push(keys);
    if (keys.includes("broken")) throw new Error("The disk is gone.");
    return new Map(keys.filter((key) => key !== "unknown").map((key) => [key, key.length]));
  });
  expect(await Promise.all(["one", "three", "one", "unknown"].map(lengthOf))).toEqual([3, 5, 3, undefined]);
  expect(await lengthOf("one")).toBe(3);
  expect(readings).toEqual([["one", "three", "unknown"], ["one"]]);
  const failed = await Promise.allSettled(["broken", "one"].map(lengthOf));
  expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await lengthOf("three")).toBe(5);
});
