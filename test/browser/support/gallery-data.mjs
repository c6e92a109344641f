/** The people and the apps in the gallery. Addresses and domains are those that the standards set apart for examples (RFC 5737, RFC 3849, RFC 2606). */

export const SHOP_ORIGIN = "https://shop.example";
export const RETURN_URL = `${SHOP_ORIGIN}/2fa/done`;

/** Devices that people log in with. */
export const DEVICES = {
  phone: {
    ip: "198.51.100.23",
    userAgent:
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
  },
  laptop: {
    ip: "2001:db8:7a3:41::1f",
    userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0",
  },
  desk: {
    ip: "192.0.2.144",
    userAgent:
      "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
  },
};

export const ADA = { email: "ada.lovelace@example.com", username: "ada", name: "Ada Lovelace" };

/** Whoever is needed for a single page: the next of these. */
const OTHERS = [
  "Grace Hopper",
  "Alan Turing",
  "Katherine Johnson",
  "Margaret Hamilton",
  "Radia Perlman",
  "Donald Knuth",
  "Barbara Liskov",
  "Edsger Dijkstra",
  "Frances Allen",
  "John Backus",
  "Adele Goldberg",
  "Niklaus Wirth",
  "Mary Shaw",
  "Tony Hoare",
  "Lynn Conway",
  "Ken Thompson",
];

/** Makes a function that gives another person each time. */
export function people() {
  let next = 0;
  return () => {
    const name = OTHERS[next % OTHERS.length];
    const round = next++ < OTHERS.length ? "" : String(Math.floor(next / OTHERS.length) + 1);
    const [first, last] = name.toLowerCase().split(" ");
    return { name, username: `${first}${round}`, email: `${first}.${last}${round}@example.com` };
  };
}

/** The ids of customers that are not in the list below, without an end. */
export function* customers() {
  for (let number = 2001; ; number += 17) yield `customer-${number}`;
}

/** The apps, their keys and their users. `state` is what has become of a user. */
export const APPS = [
  {
    name: "My shop",
    settings: {
      returnUrls: [RETURN_URL, "com.example.shop:/2fa"],
      allowedOrigins: [SHOP_ORIGIN],
    },
    keys: [
      { name: "Back end", scopes: ["verify", "enrol", "users"] },
      {
        name: "Move from the old shop",
        scopes: ["enrol", "import"],
        addresses: ["198.51.100.0/24"],
        expiresAt: "2099-12-31T23:59:59Z",
      },
    ],
    users: [
      { userId: "customer-1041", state: "on" },
      { userId: "customer-1187", state: "locked" },
      { userId: "customer-1203", state: "disabled" },
      { userId: "customer-1377", state: "reset" },
      { userId: "customer-1412", state: "off" },
    ],
  },
  {
    name: "Wiki",
    issuer: "Wiki of Example Ltd",
    settings: { failuresBeforeLock: 10, strikeCap: 10 },
    keys: [{ name: "Wiki server", scopes: ["verify", "enrol"] }],
    users: [
      { userId: "m.curie", state: "on" },
      { userId: "j.doe", state: "capped" },
    ],
  },
];
