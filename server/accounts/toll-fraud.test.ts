import { readPhoneNumber } from "#server/accounts/phone-number.ts";
import { Failure } from "#server/lib/failure.ts";
import { getExampleNumber, getCountries } from "libphonenumber-js/max";
import examples from "libphonenumber-js/mobile/examples";
import { expect, test } from "vitest";

/** The same digits behind each of some beginnings. */
const numbers = (beginnings: string, rest: string) => beginnings.split(" ").map((one) => `${one}${rest}`);

const US_AREAS =
  "+1201 +1202 +1203 +1205 +1206 +1207 +1208 +1209 +1210 +1212 +1213 +1214 +1215 +1216 +1217 +1218 +1219 +1224 +1225 +1228 " +
  "+1229 +1231 +1234 +1239 +1240 +1248 +1251 +1252 +1253 +1254 +1256 +1260 +1262 +1267 +1269 +1270 +1276 +1281 +1301 +1302 " +
  "+1303 +1304 +1305 +1307 +1308 +1309 +1310 +1312 +1313 +1314 +1315 +1316 +1317 +1318 +1319 +1320 +1321 +1323 +1330 +1334 " +
  "+1401 +1402 +1404 +1405 +1406 +1407 +1408 +1409 +1410 +1412 +1413 +1414 +1415 +1417 +1419 +1423 +1425 +1432 +1435 +1440 " +
  "+1501 +1502 +1503 +1504 +1505 +1507 +1508 +1509 +1510 +1512 +1513 +1515 +1516 +1517 +1518 +1520 +1530 +1540 +1541 +1559";
const CANADIAN_AREAS =
  "+1204 +1226 +1236 +1250 +1289 +1306 +1403 +1416 +1418 +1437 +1450 +1506 +1514 +1519 +1604 +1613 +1647 +1705 +1709 +1778";
/** They share +1, look like any US number, and cost many times as much. */
const ISLANDS =
  "+1242 +1246 +1264 +1268 +1284 +1340 +1345 +1441 +1473 +1649 +1658 +1664 +1670 +1671 +1684 +1721 +1758 +1767 +1784 +1787 " +
  "+1809 +1829 +1849 +1868 +1869 +1876 +1939";

const ACCEPTED = [
  ...numbers(US_AREAS, "2345678"),
  ...numbers(CANADIAN_AREAS, "2345678"),
  ...numbers(US_AREAS, "5550123").slice(0, 20),
];

const REFUSED: Record<string, string[]> = {
  "islands that share +1": [...numbers(ISLANDS, "2345679"), ...numbers(ISLANDS, "5551234")],
  premium: numbers("+1900", "2345678").concat(numbers("+1900555 +1900200 +1900976 +1900888", "1234")),
  "toll-free": numbers("+1800 +1833 +1844 +1855 +1866 +1877 +1888", "2345678"),
  personal: numbers("+1500 +1521 +1522 +1533 +1544 +1566 +1577 +1588", "2345678"),
  "carriers' own": numbers("+1700 +1710 +1600 +1622", "2345678"),
  "pay-per-call exchanges": numbers(US_AREAS, "9761234").slice(0, 25),
  "carrier access": numbers(US_AREAS, "9501234").slice(0, 8),
  "tests of the network": [
    ...numbers(US_AREAS, "9581234").slice(0, 8),
    ...numbers(US_AREAS, "9591234").slice(0, 8),
  ],
  "directory assistance": numbers(US_AREAS, "5551212").slice(0, 20),
  "emergency and short codes":
    "911 112 999 000 411 211 311 511 611 711 811 988 +1911 +1411 +1988 12345 72579".split(" "),
  satellite: [
    ...numbers("+870", "773111632"),
    ...numbers("+8816 +8817 +8818 +8819", "12345678"),
    ...numbers("+8821 +88216 +88213 +88232 +88234 +88250 +88297 +8835100", "1234567"),
  ],
  "shared cost and premium of no country": numbers("+808 +979 +878 +800 +888", "12345678"),
};

/** The library's own example of a mobile number of every country but the two that are on the list. */
const FOREIGN = [
  ...new Set(
    getCountries()
      .filter((country) => country !== "US" && country !== "CA")
      .flatMap((country) => getExampleNumber(country, examples)?.number ?? []),
  ),
];

test("[AC10] the table has at least 500 numbers, each once", () => {
  const all = [...ACCEPTED, ...Object.values(REFUSED).flat(), ...FOREIGN];
  expect(new Set(all).size).toBe(all.length);
  expect(all.length).toBeGreaterThanOrEqual(500);
});

test("[AC10] people's numbers in the US and Canada are accepted, every one", () => {
  expect(ACCEPTED.map((number) => readPhoneNumber(number).number)).toEqual(ACCEPTED);
});

const isRefused = (number: string) => {
  try {
    readPhoneNumber(number);
    return false;
  } catch (error) {
    if (error instanceof Failure && error.code === "PHONE_INVALID") return true;
    throw error;
  }
};

test.each(Object.entries({ ...REFUSED, "every other country": FOREIGN }))(
  "[AC10] %s: refused, every one",
  (_kind, refused) => {
    expect(refused.length).toBeGreaterThan(3);
    expect(refused.filter((number) => !isRefused(number))).toEqual([]);
  },
);
