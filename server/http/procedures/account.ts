import type { Accounts } from "#server/accounts/accounts.ts";
import type { Caller } from "#server/accounts/caller.ts";
import { forAnybody, forConsumers } from "#server/http/procedures/base.ts";

export type AccountProceduresParts = {
  accounts: Pick<Accounts, "me" | "sendPhoneCode" | "verifyPhone">;
  /**
   * Suppresses the caller's number everywhere, cancels what waits and ends what runs.
   * @throws Failure PHONE_MISSING
   */
  stopAllCalls(caller: Caller): Promise<{ callsCancelled: number }>;
};

/** `account.*` */
export function createAccountProcedures({ accounts, stopAllCalls }: AccountProceduresParts) {
  return {
    me: forAnybody.account.me.handler(({ context }) => accounts.me(context.caller)),

    sendPhoneCode: forAnybody.account.sendPhoneCode.handler(({ context, input }) =>
      accounts.sendPhoneCode(context.caller, input),
    ),

    verifyPhone: forAnybody.account.verifyPhone.handler(({ context, input }) =>
      accounts.verifyPhone(context.caller, input),
    ),

    stopAllCalls: forConsumers.account.stopAllCalls.handler(async ({ context }) => {
      const { callsCancelled } = await stopAllCalls(context.caller);
      return { stopped: true as const, callsCancelled };
    }),
  };
}
