/** What is wrong with a form, as it is said at the top of the page. */

import type { Fault } from "./form-submission";
import type { Texts } from "./texts/texts";

/**
 * Lists the faults at the top. It takes the focus, so that it is read first, and each line leads to
 * its field.
 */
export function FaultSummary({ t, faults }: { t: Texts; faults: Fault[] }) {
  return (
    <div class="notice bad" role="alert" tabindex={-1} autofocus>
      <h2>{t.faults}</h2>
      <ul>
        {faults.map((fault) => (
          <li>
            {fault.field === undefined ? (
              <FaultText t={t} fault={fault} />
            ) : (
              <a href={`#${fault.field}`}>{fault.message}</a>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The text of a fault. The script counts its seconds down. */
function FaultText({ t, fault: { message, waitSeconds } }: { t: Texts; fault: Fault }) {
  if (waitSeconds === undefined) return <>{message}</>;
  return (
    <span role="timer" data-countdown={waitSeconds} data-text={t.lockedFor({ seconds: "{}" })}>
      {message}
    </span>
  );
}
