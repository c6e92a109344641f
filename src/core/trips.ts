/** Where D1 answered. With read replication that is not always the primary. */

import type { Deps, Trip } from "../env";

/** Notes for the log what D1 says of statements that went to it together. */
export function noteTrip({ request }: Deps, results: readonly D1Response[]): Trip {
  const region = results[0]?.meta.served_by_region;
  const trip = {
    ...(region !== undefined && { region }),
    primary: results[0]?.meta.served_by_primary === true,
    sqlMilliseconds: results.reduce((sum, { meta }) => sum + meta.duration, 0),
  };
  request.trips.push(trip);
  return trip;
}
