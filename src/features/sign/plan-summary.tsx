/** What the header will be, and whether bootloader and partition take it; follows what is typed. */
import { hexNumber } from '../../core/bytes/index.ts';
import type { AppError } from '../../core/errors.ts';
import { tagName } from '../../core/wolfboot/index.ts';
import { describeCode } from '../../i18n/failure.ts';
import { describeImageField } from '../../i18n/field-names.ts';
import { formatBytes } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import type { ImagePlan } from '../../state/image-plan.ts';
import { useKeystore } from '../../state/react.ts';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { Facts } from '../../ui/kit/layout.tsx';
import { Notice } from '../../ui/kit/notice.tsx';
import { Table } from '../../ui/kit/table.tsx';
import styles from './options.module.css';
import type { PlanResult } from './use-plan.ts';

export function PlanSummary({ plan, error }: PlanResult) {
  if (error) return <PlanProblem error={error} />;
  if (plan === undefined) return null;
  const { layout, imageBytes, mostBytes, uses } = plan;
  return (
    <div className={styles.summary} role="group" aria-label={m.sign_plan()}>
      <Facts
        narrow
        facts={[
          {
            name: m.sign_plan_header(),
            value: m.sign_plan_header_value({
              size: layout.headerSizeBytes,
              used: layout.requiredBytes,
            }),
          },
          {
            name: m.sign_plan_image(),
            value:
              mostBytes === undefined
                ? formatBytes(imageBytes)
                : m.sign_plan_image_value({
                    size: formatBytes(imageBytes),
                    most: formatBytes(mostBytes),
                  }),
          },
          ...uses.map(({ key, count, left }) => ({
            name: m.sign_plan_uses({ name: key.name }),
            value: m.sign_plan_uses_value({ count: String(count), left: String(left) }),
          })),
        ]}
      />
      {plan.otherHeaderThanBootloader && <OtherHeader plan={plan} />}
      <Disclosure label={m.sign_plan_fields()} onDemand>
        <FieldTable plan={plan} />
      </Disclosure>
    </div>
  );
}

/** The profile's bootloader does not find the firmware behind a header of another size. */
function OtherHeader({ plan: { layout } }: { readonly plan: ImagePlan }) {
  const expected = useKeystore((state) => state.view.profile.headerSizeBytes);
  const size = layout.headerSizeBytes;
  return (
    <Notice tone="caution" live="status" title={m.sign_plan_mismatch({ size, expected })}>
      {layout.grownFromBytes === undefined
        ? m.sign_plan_mismatch_text({ size })
        : m.sign_plan_grown({ size })}
    </Notice>
  );
}

function PlanProblem({ error }: { readonly error: AppError }) {
  const { title, cause, nextStep } = describeCode(error.code);
  return (
    <div className={styles.summary}>
      <Notice tone="caution" live="status" title={title}>
        <p>
          {cause} {nextStep}
        </p>
        <code className={styles.reason}>{error.message}</code>
      </Notice>
    </div>
  );
}

function FieldTable({ plan: { layout } }: { readonly plan: ImagePlan }) {
  return (
    <Table
      caption={m.sign_plan_fields()}
      columns={[m.sign_plan_offset(), m.sign_plan_field(), m.sign_plan_length()]}
    >
      {layout.fields.map(({ tag, offsetBytes, lengthBytes }) => (
        <tr key={offsetBytes}>
          <td className="kf-mono">{offsetBytes}</td>
          <td>
            {fieldName(tag)} <code className={styles.reason}>{hexNumber(tag, 4)}</code>
          </td>
          <td className="kf-mono">{lengthBytes}</td>
        </tr>
      ))}
    </Table>
  );
}

function fieldName(tag: number): string {
  const name = tagName(tag);
  return describeImageField({ path: name === 'custom' ? `custom ${hexNumber(tag, 4)}` : name })
    .name;
}
