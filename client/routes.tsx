import { inboxViewSchema } from "#client/business/inbox-views.ts";
import { wallAddressSchema } from "#client/supervisor/wall-address.ts";
import { SignInPage } from "#client/shell/sign-in-page.tsx";
import { LinkedFrame } from "#client/shell/linked-frame.tsx";
import { SignedIn } from "#client/shell/signed-in.tsx";
import { FaultPage, NotFoundPage } from "#client/shell/whole-page.tsx";
import { queryClient } from "#client/wire/query-client.ts";
import { HOME, meQuery } from "#client/wire/session.ts";
import { auditActSchema } from "#shared/audit.ts";
import { callIdSchema } from "#shared/ids.ts";
import { outcomeSchema } from "#shared/call/events.ts";
import { callStatusSchema } from "#shared/call/status.ts";
import type { Role } from "#shared/contract/account.ts";
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { z } from "zod";

/** Only addresses of our own; "//elsewhere" would leave the site. */
const nextSchema = z.object({
  next: z
    .string()
    .regex(/^\/(?!\/|\\)/)
    .optional()
    .catch(undefined),
});

/** A moment of a call that is over: seconds from its answer. */
const momentSchema = z.object({
  t: z.coerce.number().int().nonnegative().max(86_400).optional().catch(undefined),
});

const rootRoute = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFoundPage,
  errorComponent: FaultPage,
});

const startRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  beforeLoad: async () => {
    const me = await queryClient.ensureQueryData(meQuery);
    throw redirect({ to: me === null ? "/sign-in" : HOME[me.role] });
  },
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: nextSchema,
  component: SignInPage,
});

const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-up",
  component: lazyRouteComponent(() => import("#client/shell/sign-up-page.tsx"), "SignUpPage"),
});

const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "signed-in",
  component: SignedIn,
  beforeLoad: async ({ location }) => {
    const me = await queryClient.ensureQueryData(meQuery);
    if (me === null) throw redirect({ to: "/sign-in", search: { next: location.href } });
    return { me };
  },
});

/** Somebody of another role is sent to their own start. */
const onlyFor = (roles: readonly Role[], role: Role) => {
  if (!roles.includes(role)) throw redirect({ to: HOME[role] });
};

const consumerRoute = createRoute({
  getParentRoute: () => signedInRoute,
  id: "consumer",
  beforeLoad: ({ context }) => onlyFor(["consumer"], context.me.role),
});
const staffRoute = createRoute({
  getParentRoute: () => signedInRoute,
  id: "staff",
  beforeLoad: ({ context }) => onlyFor(["business", "supervisor"], context.me.role),
});
const businessRoute = createRoute({
  getParentRoute: () => signedInRoute,
  id: "business",
  beforeLoad: ({ context }) => onlyFor(["business"], context.me.role),
});
const supervisorRoute = createRoute({
  getParentRoute: () => signedInRoute,
  id: "supervisor",
  beforeLoad: ({ context }) => onlyFor(["supervisor"], context.me.role),
});

const helpRoute = createRoute({
  getParentRoute: () => consumerRoute,
  path: "/help",
  component: lazyRouteComponent(() => import("#client/consumer/help-page.tsx"), "HelpPage"),
});
const matchesRoute = createRoute({
  getParentRoute: () => consumerRoute,
  path: "/help/matches/$leadId",
  component: lazyRouteComponent(() => import("#client/consumer/matches-page.tsx"), "MatchesPage"),
});
const bookRoute = createRoute({
  getParentRoute: () => consumerRoute,
  path: "/book/$leadId/$businessId",
  /** The call that is moved; without one a call is booked. */
  validateSearch: z.object({ move: callIdSchema.optional().catch(undefined) }),
  component: lazyRouteComponent(() => import("#client/consumer/book-page.tsx"), "BookPage"),
});
const myCallsRoute = createRoute({
  getParentRoute: () => consumerRoute,
  path: "/help/calls",
  component: lazyRouteComponent(() => import("#client/consumer/my-calls-page.tsx"), "MyCallsPage"),
});
const myCallRoute = createRoute({
  getParentRoute: () => consumerRoute,
  path: "/c/$callId",
  validateSearch: momentSchema,
  component: lazyRouteComponent(() => import("#client/consumer/my-call-page.tsx"), "MyCallPage"),
});

/** Its address is the credential: whoever opens it is the consumer of that one call. */
const linkedRoute = createRoute({ getParentRoute: () => rootRoute, id: "linked", component: LinkedFrame });
const linkedCallRoute = createRoute({
  getParentRoute: () => linkedRoute,
  path: "/c/link_{$rest}",
  component: lazyRouteComponent(() => import("#client/consumer/linked-call-page.tsx"), "LinkedCallPage"),
});

const callsRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: "/calls",
  validateSearch: z.object({
    status: callStatusSchema.optional().catch(undefined),
    outcome: outcomeSchema.optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import("#client/calls/calls-page.tsx"), "CallsPage"),
});
const callRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: "/calls/$callId",
  validateSearch: momentSchema,
  component: lazyRouteComponent(() => import("#client/calls/staff-call-page.tsx"), "StaffCallPage"),
});

const auditRoute = createRoute({
  getParentRoute: () => staffRoute,
  path: "/audit",
  validateSearch: z.object({
    callId: callIdSchema.optional().catch(undefined),
    act: auditActSchema.optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import("#client/calls/audit/audit-page.tsx"), "AuditPage"),
});

const inboxRoute = createRoute({
  getParentRoute: () => businessRoute,
  path: "/inbox",
  validateSearch: z.object({
    view: inboxViewSchema.optional().catch(undefined),
    lead: z.string().max(64).optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import("#client/business/inbox-page.tsx"), "InboxPage"),
});
const settingsRoute = createRoute({
  getParentRoute: () => businessRoute,
  path: "/settings",
  component: lazyRouteComponent(() => import("#client/business/settings-page.tsx"), "SettingsPage"),
});

const wallRoute = createRoute({
  getParentRoute: () => supervisorRoute,
  path: "/wall",
  validateSearch: wallAddressSchema,
  component: lazyRouteComponent(() => import("#client/supervisor/wall-page.tsx"), "WallPage"),
});

const routeTree = rootRoute.addChildren([
  startRoute,
  signInRoute,
  signUpRoute,
  linkedRoute.addChildren([linkedCallRoute]),
  signedInRoute.addChildren([
    consumerRoute.addChildren([helpRoute, matchesRoute, bookRoute, myCallsRoute, myCallRoute]),
    staffRoute.addChildren([callsRoute, callRoute, auditRoute]),
    businessRoute.addChildren([inboxRoute, settingsRoute]),
    supervisorRoute.addChildren([wallRoute]),
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  defaultNotFoundComponent: NotFoundPage,
  defaultErrorComponent: FaultPage,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
  interface HistoryState {
    /** What the calls are searched for; beside the address, because it may be a name [UI8]. */
    callSearch?: string;
  }
}
