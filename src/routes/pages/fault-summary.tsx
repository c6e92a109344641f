/** What is wrong with a form: said once, at its field, or at the top of the page. */

import { Icon } from "./icons";
import type { Fault } from "./form-submission";
import type { Texts } from "./texts/texts";

/** Whether a page says what is wrong with a field, at the field. */
export function isPlaced(content: string) {
  return ({ field }: Fault) => field !== undefined && content.includes(`id="${faultId(field)}"`);
}

export function faultId(field: string): string {
  return `${field}-fault`;
}

interface Props {
  t: Texts;
  faults: Fault[];
  /** Those of them that are said at their fields. */
  placed: Fault[];
}

/**
 * Says at the top what is said nowhere else. With more than one fault it says all of them, takes
 * the focus, so that it is read first, and leads to their fields.
 */
export function FaultSummary(props: Props) {
  const { t, faults, placed } = props;
  const [first, second] = faults;
  if (first === undefined || (second === undefined && placed.length === 1)) return null;
  return (
    <div class="notice bad" role="alert" tabindex={-1} autofocus>
      {first.waitSeconds === undefined ? <Icon name="bad" /> : <Ring seconds={first.waitSeconds} />}
      <div>{placed.length > 0 ? <List {...props} /> : <Sentences t={t} faults={faults} />}</div>
    </div>
  );
}

/** What no field is to blame for. */
function Sentences({ t, faults }: Pick<Props, "t" | "faults">) {
  return (
    <>
      {faults.map((fault) => (
        <p>
          <FaultText t={t} fault={fault} />
        </p>
      ))}
    </>
  );
}

function List({ t, faults, placed }: Props) {
  return (
    <>
      <h2>{t.faults}</h2>
      <ul>
        {faults.map((fault) => (
          <li>
            {placed.includes(fault) ? (
              <a href={`#${fault.field}`}>{fault.message}</a>
            ) : (
              <FaultText t={t} fault={fault} />
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Shows how much of a lock is left. The script turns it; without one, the words say it. */
function Ring({ seconds }: { seconds: number }) {
  return <span class="ring" aria-hidden="true" data-ring={seconds} />;
}

/** The text of a fault. The script counts its time down. */
function FaultText({ t, fault: { message, waitSeconds } }: { t: Texts; fault: Fault }) {
  if (waitSeconds === undefined) return <>{message}</>;
  return (
    <span role="timer" data-countdown={waitSeconds} data-text={t.lockedFor({ time: "{}" })}>
      {message}
    </span>
  );
}
