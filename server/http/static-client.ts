import { nameRoute } from "#server/http/request-log.ts";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import express, { Router } from "express";

/** Vite puts a content hash into every name in this folder. */
const HASHED_FOLDER = "assets";
const ONE_YEAR_SECONDS = 31_536_000;

/** The built browser client: files, and `index.html` for every address that a person may type or bookmark. */
export function createStaticClient(distDir: string): Router {
  const root = resolve(distDir);
  const index = join(root, "index.html");
  const router = Router();
  router.use((_request, response, next) => {
    nameRoute(response, "static");
    next();
  });
  router.use(
    `/${HASHED_FOLDER}`,
    express.static(join(root, HASHED_FOLDER), {
      index: false,
      redirect: false,
      immutable: true,
      maxAge: ONE_YEAR_SECONDS * 1000,
    }),
  );
  router.use(
    express.static(root, { index: false, redirect: false, cacheControl: false, setHeaders: noCache }),
  );
  router.use((request, response, next) => {
    const isPage = request.method === "GET" || request.method === "HEAD";
    if (!isPage || /\.[^/]*$/.test(request.path)) return next();
    if (!existsSync(index)) {
      response.status(503).type("text/plain").send("The screens are not built yet. Run: npm run build\n");
      return;
    }
    response.set("cache-control", "no-cache").sendFile(index);
  });
  return router;
}

const noCache = (response: { setHeader(name: string, value: string): unknown }): void =>
  void response.setHeader("cache-control", "no-cache");
