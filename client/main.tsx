import "#client/ui/theme.css";
import { router } from "#client/routes.tsx";
import { FaultPage } from "#client/shell/whole-page.tsx";
import { startTheme } from "#client/ui/theme.ts";
import { ToastRegion } from "#client/ui/toast.tsx";
import { queryClient } from "#client/wire/query-client.ts";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ErrorBoundary } from "react-error-boundary";

const place = document.getElementById("app");
if (place === null) throw new Error("The page has no place for the app.");

startTheme();
createRoot(place).render(
  <StrictMode>
    <ErrorBoundary FallbackComponent={FaultPage}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <ToastRegion />
      </QueryClientProvider>
    </ErrorBoundary>
  </StrictMode>,
);
