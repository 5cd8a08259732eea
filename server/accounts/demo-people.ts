/** The people that exist only while `DEMO` is on; everybody knows their password (DESIGN §4). */
export const DEMO_PASSWORD = "ringside";
export const DEMO_PHONE = "+12125550110";

export const DEMO_PEOPLE = {
  consumer: { email: "consumer@demo.test", name: "Dana Demo", accountType: "consumer" },
  business: { email: "business@demo.test", name: "Brightline Home Services", accountType: "business" },
  supervisor: { email: "supervisor@demo.test", name: "Sam Supervisor", accountType: "consumer" },
} as const;

/** Addresses that nobody may use, and that open nothing, while `DEMO` is off. */
export const isDemoAddress = (email: string): boolean => email.toLowerCase().endsWith("@demo.test");

/** Where demo people may live: North America, Guam, and abroad for the hours in which all of it sleeps. */
export const DEMO_COUNTRIES = ["US", "CA", "GU", "GB", "AU"] as const;
