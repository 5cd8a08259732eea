import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const page = (name: string) => fileURLToPath(new URL(`client/${name}.html`, import.meta.url));

/**
 * The client is built from `client/` into `dist/`, which the server hands out on its own origin. The sandbox hands out
 * its own page, `sandbox.html`, from there too.
 */
export default defineConfig({
  root: fileURLToPath(new URL("client", import.meta.url)),
  plugins: [react(), tailwindcss()],
  build: {
    outDir: fileURLToPath(new URL("dist", import.meta.url)),
    emptyOutDir: true,
    rolldownOptions: { input: [page("index"), page("sandbox")] },
    // `light-dark()` of the tokens stays as written.
    cssTarget: ["chrome123", "safari17.5", "firefox120"],
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: {
      "/rpc": "http://127.0.0.1:3000",
      "/api": "http://127.0.0.1:3000",
      "/socket.io": { target: "http://127.0.0.1:3000", ws: true },
    },
  },
});
