import { linkTokenOf } from "#client/wire/call-link.ts";
import { callIdOfLink } from "#shared/call-link.ts";
import { expect, test } from "vitest";

test("[UI13] only the address of a signed link is one", () => {
  const token = "link_call_0123456789abcdef~t1k9x0~c2lnbmF0dXJl-_8";
  expect(linkTokenOf(`/c/${token}`)).toBe(token);
  expect(callIdOfLink(token)).toBe("call_0123456789abcdef");
  for (const path of ["/c/call_0123456789abcdef", "/", "/sign-in", `/x/c/${token}`, `/${token}`]) {
    expect(linkTokenOf(path)).toBeNull();
  }
});
