import "#client/sandbox/zod-without-jit.ts";
import "#client/ui/theme.css";
import { ConsolePage } from "#client/sandbox/console/console-page.tsx";
import { Frame } from "#client/sandbox/frame.tsx";
import { PhonePage } from "#client/sandbox/phone/phone-page.tsx";
import { startTheme } from "#client/ui/theme.ts";
import { ToastRegion } from "#client/ui/toast.tsx";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

/** The pages of the sandbox process. They are no part of the product: the product never links to them by itself. */
const place = document.getElementById("app");
if (place === null) throw new Error("The page has no place for the app.");

const isPhone = location.pathname.endsWith("/phone");

startTheme();
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={new QueryClient()}>
      <Frame page={isPhone ? "phone" : "console"}>{isPhone ? <PhonePage /> : <ConsolePage />}</Frame>
      <ToastRegion />
    </QueryClientProvider>
  </StrictMode>,
);
