/**
 * The states and territories of the USA: their time zones, the first three digits of their ZIP codes, their telephone area codes.
 *
 * Sources: zones after the IANA time zone database and 49 CFR 71 (all zones in use in a state, also where a few counties use another one); ZIP
 * prefixes after the three-digit matrix of the USPS (labeling list L002); area codes after the assignments of the North American Numbering
 * Plan Administrator. A ZIP prefix that several states share, or that belongs to no place (military, federal agencies), is left out. As of November 2026.
 */
export type UsState = {
  /** USPS abbreviation. */
  code: string;
  /** IANA zones. */
  timeZones: readonly string[];
  /** First and last prefix of each range, both included. */
  zipPrefixes: readonly (readonly [number, number])[];
  areaCodes: readonly string[];
};

const EASTERN = "America/New_York";
const CENTRAL = "America/Chicago";
const MOUNTAIN = "America/Denver";
const PACIFIC = "America/Los_Angeles";

function state(code: string, timeZones: string[], zips: string, areaCodes: string): UsState {
  const zipPrefixes = words(zips).map((range) => {
    const [first = "", last = first] = range.split("-");
    return [Number(first), Number(last)] as const;
  });
  return { code, timeZones, zipPrefixes, areaCodes: words(areaCodes) };
}

const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");

export const US_STATES: readonly UsState[] = [
  state("AL", [CENTRAL], "350-369", "205 251 256 334 659 938"),
  state("AK", ["America/Anchorage", "America/Adak"], "995-999", "907"),
  state("AZ", ["America/Phoenix", MOUNTAIN], "850-865", "480 520 602 623 928"),
  state("AR", [CENTRAL], "716-729", "327 479 501 870"),
  state(
    "CA",
    [PACIFIC],
    "900-961",
    "209 213 279 310 323 341 350 357 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 738 747 760 805 818 820 831 837 840 858 909 916 925 949 951",
  ),
  state("CO", [MOUNTAIN], "800-816", "303 719 720 748 970 983"),
  state("CT", [EASTERN], "060-069", "203 475 860 959"),
  state("DE", [EASTERN], "197-199", "302"),
  state("DC", [EASTERN], "200 202-205", "202 771"),
  state(
    "FL",
    [EASTERN, CENTRAL],
    "320-339 341-342 344 346-347 349",
    "239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 904 941 954",
  ),
  state("GA", [EASTERN], "300-319 398-399", "229 404 470 478 678 706 762 770 912 943"),
  state("HI", ["Pacific/Honolulu"], "967-968", "808"),
  state("ID", ["America/Boise", PACIFIC], "832-838", "208 986"),
  state("IL", [CENTRAL], "600-629", "217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 861 872"),
  state("IN", ["America/Indiana/Indianapolis", CENTRAL], "460-479", "219 260 317 463 574 765 812 930"),
  state("IA", [CENTRAL], "500-516 520-528", "319 515 563 641 712"),
  state("KS", [CENTRAL, MOUNTAIN], "660-679", "316 620 785 913"),
  state("KY", [EASTERN, CENTRAL], "400-427", "270 364 502 606 859"),
  state("LA", [CENTRAL], "700-701 703-708 710-714", "225 318 337 457 504 985"),
  state("ME", [EASTERN], "039-049", "207"),
  state("MD", [EASTERN], "206-212 214-219", "227 240 301 410 443 667"),
  state("MA", [EASTERN], "010-027 055", "339 351 413 508 617 774 781 857 978"),
  state("MI", ["America/Detroit", CENTRAL], "480-499", "231 248 269 313 517 586 616 679 734 810 906 947 989"),
  state("MN", [CENTRAL], "550-551 553-567", "218 320 507 612 651 763 924 952"),
  state("MS", [CENTRAL], "386-397", "228 471 601 662 769"),
  state("MO", [CENTRAL], "630-631 633-641 644-658", "235 314 417 557 573 636 660 816 975"),
  state("MT", [MOUNTAIN], "590-599", "406"),
  state("NE", [CENTRAL, MOUNTAIN], "680-681 683-693", "308 402 531"),
  state("NV", [PACIFIC, MOUNTAIN], "889-891 893-895 897-898", "702 725 775"),
  state("NH", [EASTERN], "030-038", "603"),
  state("NJ", [EASTERN], "070-089", "201 551 609 640 732 848 856 862 908 973"),
  state("NM", [MOUNTAIN], "870-871 873-875 877-884", "505 575"),
  state(
    "NY",
    [EASTERN],
    "005 100-149",
    "212 315 329 332 347 363 516 518 585 607 624 631 646 680 716 718 838 845 914 917 929 934",
  ),
  state("NC", [EASTERN], "270-289", "252 336 472 704 743 828 910 919 980 984"),
  state("ND", [CENTRAL, MOUNTAIN], "580-588", "701"),
  state("OH", [EASTERN], "430-459", "216 220 234 283 326 330 380 419 436 440 513 567 614 740 937"),
  state("OK", [CENTRAL], "730-731 734-741 743-749", "405 539 572 580 918"),
  state("OR", [PACIFIC, "America/Boise"], "970-979", "458 503 541 971"),
  state("PA", [EASTERN], "150-196", "215 223 267 272 412 445 484 570 582 610 717 724 814 835 878"),
  state("RI", [EASTERN], "028-029", "401"),
  state("SC", [EASTERN], "290-299", "803 821 839 843 854 864"),
  state("SD", [CENTRAL, MOUNTAIN], "570-577", "605"),
  state("TN", [EASTERN, CENTRAL], "370-385", "423 615 629 729 731 865 901 931"),
  state(
    "TX",
    [CENTRAL, MOUNTAIN],
    "733 750-799 885",
    "210 214 254 281 325 346 361 409 430 432 469 512 621 682 713 726 737 806 817 830 832 903 915 936 940 945 956 972 979",
  ),
  state("UT", [MOUNTAIN], "840-847", "385 435 801"),
  state("VT", [EASTERN], "050-054 056-059", "802"),
  state("VA", [EASTERN], "201 220-246", "276 434 540 571 686 703 757 804 826 948"),
  state("WA", [PACIFIC], "980-986 988-994", "206 253 360 425 509 564"),
  state("WV", [EASTERN], "247-268", "304 681"),
  state("WI", [CENTRAL], "530-532 534-535 537-549", "262 274 353 414 534 608 715 920"),
  state("WY", [MOUNTAIN], "820-831", "307"),
  state("PR", ["America/Puerto_Rico"], "006-007 009", "787 939"),
  state("VI", ["America/St_Thomas"], "008", "340"),
  state("GU", ["Pacific/Guam"], "969", "671"),
  state("MP", ["Pacific/Saipan"], "", "670"),
  state("AS", ["Pacific/Pago_Pago"], "", "684"),
];
