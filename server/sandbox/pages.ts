import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import express, { type Router } from "express";
import helmet from "helmet";

/** Where the pages are: the fault panel and the browser phone. */
const PAGES = ["/sandbox", "/sandbox/phone"];
const DIST = fileURLToPath(new URL("../../dist", import.meta.url));

/** The sandbox's own pages, from the output of `npm run build`. Nobody may frame them: a click there acts on calls. */
export function createPages(dist = DIST): Router {
  const router = express.Router();
  const index = join(dist, "sandbox.html");
  router.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          styleSrc: ["'self'", "'unsafe-inline'"],
          fontSrc: ["'self'", "data:"],
          imgSrc: ["'self'", "data:"],
          frameAncestors: ["'none'"],
        },
      },
      strictTransportSecurity: false,
    }),
  );
  router.get(PAGES, (_request, response) => {
    if (existsSync(index)) response.set("cache-control", "no-cache").sendFile(index);
    else response.status(503).type("text/plain").send("The pages are not built yet. Run: npm run build\n");
  });
  router.use("/assets", express.static(join(dist, "assets"), { index: false, redirect: false }));
  router.get("/ringside.svg", (_request, response) => response.sendFile(join(dist, "ringside.svg")));
  return router;
}
