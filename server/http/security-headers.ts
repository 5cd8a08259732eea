import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * Headers of every reply. Scripts come from this server only and never from the page's own text. Inline styles are allowed: the UI
 * libraries set them, and they cannot run anything.
 */
export function createSecurityHeaders(publicUrl: string): RequestHandler[] {
  const secure = publicUrl.startsWith("https:");
  return [
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'self'"],
          scriptSrc: ["'self'"],
          scriptSrcAttr: ["'none'"],
          styleSrc: ["'self'", "'unsafe-inline'"],
          fontSrc: ["'self'", "data:"],
          imgSrc: ["'self'", "data:", "blob:"],
          mediaSrc: ["'self'", "blob:"],
          workerSrc: ["'self'", "blob:"],
          connectSrc: ["'self'"],
          objectSrc: ["'none'"],
          baseUri: ["'none'"],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
          ...(secure && { upgradeInsecureRequests: [] }),
        },
      },
      strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
      crossOriginEmbedderPolicy: false,
      referrerPolicy: { policy: "no-referrer" },
    }),
    (_request, response, next) => {
      response.setHeader("permissions-policy", "microphone=(self), camera=(), geolocation=(), payment=()");
      next();
    },
  ];
}
