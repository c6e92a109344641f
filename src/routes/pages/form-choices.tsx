/** The parts of forms in which something is chosen and not typed. */

import { describedBy, FieldFault, isFirst, Labelled, type LabelledProps } from "./form-fields";
import type { Fault } from "./form-submission";

/** A choice among a few. Each option has the value that is sent and the text that is read. */
export function Select({
  name,
  value,
  options,
  ...props
}: LabelledProps & { value: string; options: [value: string, label: string][] }) {
  return (
    <Labelled name={name} {...props}>
      <select
        id={name}
        name={name}
        {...describedBy({ name, ...props })}
        autofocus={isFirst(name, props.faults)}
      >
        {options.map(([option, label]) => (
          <option value={option} selected={option === value}>
            {label}
          </option>
        ))}
      </select>
    </Labelled>
  );
}

export function Checkbox({
  name,
  label,
  required = false,
  checked = false,
}: {
  name: string;
  label: string;
  required?: boolean;
  checked?: boolean;
}) {
  return (
    <div class="field check">
      <input
        id={name}
        name={name}
        type="checkbox"
        value="yes"
        required={required}
        checked={checked}
      />
      <label for={name}>{label}</label>
    </div>
  );
}

/**
 * A box for each of several choices. The first one has the field's name as its id, so that a fault is
 * tied to it and leads there.
 */
export function Checkboxes(props: {
  name: string;
  options: readonly (readonly [value: string, label: string])[];
  chosen: ReadonlySet<unknown>;
  faults: Fault[];
}) {
  const { name, options, chosen, faults } = props;
  return (
    <>
      <FieldFault name={name} faults={faults} />
      <div class="choices">
        {options.map(([value, label], at) => {
          const id = at === 0 ? name : `${name}-${value}`;
          return (
            <div class="check">
              <input
                id={id}
                name={name}
                type="checkbox"
                value={value}
                checked={chosen.has(value)}
                {...(at === 0 && describedBy({ name, hint: undefined, faults }))}
                autofocus={at === 0 && isFirst(name, faults)}
              />
              <label for={id}>{label}</label>
            </div>
          );
        })}
      </div>
    </>
  );
}
