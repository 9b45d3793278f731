/** Where the firmware of two images differs. */
import { hexNumber } from '../../core/bytes/index.ts';
import type { PayloadComparison } from '../../core/wolfboot/index.ts';
import { formatBytes, formatCount, formatPercent } from '../../i18n/format.ts';
import { m } from '../../i18n/paraglide/messages.js';
import { Disclosure } from '../../ui/kit/disclosure.tsx';
import { Stack } from '../../ui/kit/layout.tsx';
import { Table } from '../../ui/kit/table.tsx';
import styles from './examine.module.css';

interface PayloadComparedProps {
  /** Undefined: one of them is a header alone. */
  readonly payload: PayloadComparison | undefined;
}

export function PayloadCompared({ payload }: PayloadComparedProps) {
  return (
    <Stack gap={2}>
      <h3 className={styles.small}>{m.examine_compare_payload()}</h3>
      {payload === undefined ? (
        <p className={styles.note}>{m.examine_compare_payload_absent()}</p>
      ) : (
        <Payload payload={payload} />
      )}
    </Stack>
  );
}

function Payload({ payload }: { readonly payload: PayloadComparison }) {
  const { bytesA, bytesB, differentBytes, differentShare, firstDifferenceBytes } = payload;
  if (payload.same) {
    return <p>{m.examine_compare_payload_same({ size: formatBytes(bytesA) })}</p>;
  }
  return (
    <>
      <p>
        {m.examine_compare_payload_differs({
          count: formatCount(differentBytes),
          percent: formatPercent(differentShare),
          ranges: formatCount(payload.rangeCount),
          first: hexNumber(firstDifferenceBytes ?? 0),
        })}{' '}
        {m.examine_compare_payload_sizes({ a: formatBytes(bytesA), b: formatBytes(bytesB) })}
      </p>
      <DifferenceMap payload={payload} />
      <Disclosure label={m.examine_compare_ranges()} onDemand>
        <Ranges payload={payload} />
      </Disclosure>
    </>
  );
}

/** The longer payload as a strip, different places filled. */
function DifferenceMap({
  payload: { ranges, bytesA, bytesB },
}: {
  readonly payload: PayloadComparison;
}) {
  const total = Math.max(bytesA, bytesB, 1);
  return (
    <svg
      className={styles.map}
      viewBox={`0 0 ${total} 1`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {ranges.map(({ startBytes, endBytes }) => (
        <rect
          key={startBytes}
          x={startBytes}
          width={Math.max(endBytes - startBytes, total / 600)}
          y={0}
          height={1}
        />
      ))}
    </svg>
  );
}

function Ranges({ payload: { ranges, rangeCount } }: { readonly payload: PayloadComparison }) {
  return (
    <>
      <Table
        caption={m.examine_compare_ranges()}
        columns={[m.examine_compare_from(), m.examine_compare_to(), m.examine_compare_length()]}
      >
        {ranges.map(({ startBytes, endBytes }) => (
          <tr key={startBytes}>
            <td>
              <code>{hexNumber(startBytes)}</code>
            </td>
            <td>
              <code>{hexNumber(endBytes - 1)}</code>
            </td>
            <td>{formatBytes(endBytes - startBytes)}</td>
          </tr>
        ))}
      </Table>
      {ranges.length < rangeCount && (
        <p className={styles.note}>
          {m.examine_compare_more({
            shown: formatCount(ranges.length),
            total: formatCount(rangeCount),
          })}
        </p>
      )}
    </>
  );
}
