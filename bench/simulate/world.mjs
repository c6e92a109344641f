/** Where users and databases are, and how far apart. */

/**
 * Round trips in ms, the 95th percentile of 30 days up to 30 July 2026, between regions of Azure:
 * learn.microsoft.com/azure/networking/azure-network-latency. Cloudflare publishes no such table. The regions stand for the places of D1
 * (developers.cloudflare.com/d1/configuration/data-location/) and for the edges where users arrive.
 */
const PLACES = {
  wnam: "West US",
  enam: "East US",
  weur: "West Europe",
  eeur: "Poland Central",
  apac: "Southeast Asia",
  oc: "Australia East",
};
const EDGES = [
  { name: "East US 2", continent: "North America", weight: 15, p95: [71, 11, 93, 114, 232, 224] },
  { name: "West US 2", continent: "North America", weight: 15, p95: [25, 76, 147, 167, 165, 179] },
  {
    name: "Brazil South",
    continent: "South America",
    weight: 10,
    p95: [170, 121, 191, 211, 337, 298],
  },
  {
    name: "Germany West Central",
    continent: "Europe",
    weight: 25,
    p95: [157, 97, 14, 26, 179, 290],
  },
  {
    name: "South Africa North",
    continent: "Africa",
    weight: 5,
    p95: [278, 225, 171, 198, 211, 348],
  },
  { name: "Japan East", continent: "Asia", weight: 10, p95: [109, 165, 242, 260, 74, 105] },
  { name: "Central India", continent: "Asia", weight: 15, p95: [224, 218, 153, 169, 59, 152] },
  {
    name: "Australia Southeast",
    continent: "Oceania",
    weight: 5,
    p95: [152, 217, 292, 307, 90, 17],
  },
];

export const PLACE_NAMES = Object.keys(PLACES);
export const CONTINENTS = [...new Set(EDGES.map(({ continent }) => continent))];

/** Each with the round trips to every place of D1, and the place that is nearest. */
export const WORLD = EDGES.map(({ p95, ...edge }) => {
  const roundTrips = Object.fromEntries(PLACE_NAMES.map((place, at) => [place, p95[at]]));
  const nearest = PLACE_NAMES.toSorted((a, b) => roundTrips[a] - roundTrips[b])[0];
  return { ...edge, roundTrips, nearest };
});

/** How many of a hundred users have their nearest place there. */
export function shareOf(place) {
  const near = WORLD.filter(({ nearest }) => nearest === place);
  return near.reduce((sum, { weight }) => sum + weight, 0) / 100;
}

/** Rows of the table of round trips, with its head. */
export function roundTripRows() {
  const head = [
    "edge",
    "share of users",
    ...PLACE_NAMES.map((place) => `${place} (${PLACES[place]})`),
  ];
  const rows = WORLD.map(({ name, continent, weight, roundTrips }) => [
    `${name}, ${continent}`,
    `${weight} %`,
    ...PLACE_NAMES.map((place) => roundTrips[place]),
  ]);
  return { head, rows };
}
