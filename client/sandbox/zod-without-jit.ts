import { z } from "zod";

// The pages' security policy allows no code made at run time, which zod tries as soon as a schema is made: imported before any is.
z.config({ jitless: true });
