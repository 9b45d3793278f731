/** A long job while it runs: how far, how long still, and the way to stop it. */
import { Button } from './button.tsx';
import { JobProgress } from './meter.tsx';
import styles from './meter.module.css';

interface StoppableJobProps {
  /** What the job does; read out politely. */
  readonly doing: string;
  readonly done: number;
  readonly total: number;
  /** Remaining time in words; undefined while it cannot be told. */
  readonly remaining: string | undefined;
  readonly stopLabel: string;
  readonly onStop: () => void;
}

export function StoppableJob({
  doing,
  done,
  total,
  remaining,
  stopLabel,
  onStop,
}: StoppableJobProps) {
  return (
    <div className={styles.stoppable}>
      <JobProgress
        label={doing}
        doing={doing}
        done={done}
        total={total}
        detail={remaining ?? '…'}
      />
      <Button size="small" icon="stop" onClick={onStop}>
        {stopLabel}
      </Button>
    </div>
  );
}
