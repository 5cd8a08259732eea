import { CONSUMER } from "#client/consumer/copy.ts";
import { PhoneStep } from "#client/consumer/phone-step.tsx";
import { RequestForm } from "#client/consumer/request-form.tsx";
import { RequestList } from "#client/consumer/request-list.tsx";
import { useMe } from "#client/wire/session.ts";
import { useState } from "react";

/** Say once what is needed; before that the number that may be called is proven. */
export function HelpPage() {
  const me = useMe();
  const [isChanging, setChanging] = useState(false);
  const phone = me?.phone ?? null;
  return (
    <div className="mx-auto flex w-full max-w-xl flex-col gap-6 p-4 text-lead sm:py-8">
      <title>{CONSUMER.helpTitle}</title>
      {phone === null || isChanging ? (
        <PhoneStep onProven={() => setChanging(false)} isChange={phone !== null} />
      ) : (
        <>
          <RequestForm phone={phone} onChangePhone={() => setChanging(true)} />
          <RequestList />
        </>
      )}
    </div>
  );
}
