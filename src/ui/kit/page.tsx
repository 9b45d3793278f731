/** The skeleton of a page: its one h1, its sections, and the way on. */
import { createContext, useContext, useEffect, useId, useRef, type ReactNode } from 'react';
import { LinkButton } from './button.tsx';
import styles from './page.module.css';

/** How the person got here: a page that was navigated to takes the focus, the first one does not. */
const PageEntryContext = createContext<'first' | 'navigated'>('first');

export const PageEntryProvider = PageEntryContext.Provider;

interface PageProps {
  /** The page's name, its only h1. */
  readonly name: string;
  /** One sentence: what this page is for. */
  readonly lede?: ReactNode;
  /** Beside the name. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

export function Page({ name, lede, aside, children }: PageProps) {
  const entry = useContext(PageEntryContext);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (entry === 'navigated') heading.current?.focus();
  }, [entry]);
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {name}
          </h1>
          {lede !== undefined && <p className={styles.lede}>{lede}</p>}
        </div>
        {aside}
      </header>
      {children}
    </div>
  );
}

interface SectionProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly description?: ReactNode;
  /** To the right of the title: small controls or a state. */
  readonly aside?: ReactNode;
  /** Without a box of its own. */
  readonly plain?: boolean;
}

export function Section({ title, children, description, aside, plain = false }: SectionProps) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={plain ? styles.plain : styles.section}>
      <div className={styles.sectionHead}>
        <h2 id={id}>{title}</h2>
        {aside !== undefined && <div className={styles.sectionAside}>{aside}</div>}
      </div>
      {description !== undefined && <p className={styles.description}>{description}</p>}
      {children}
    </section>
  );
}

interface NextStepProps {
  /** Words of the button, such as "Continue to Keystore". */
  readonly label: string;
  readonly href: string;
  /** What is done, or what is still missing. */
  readonly children: ReactNode;
  /** The screen's primary action only when the step before it is done. */
  readonly ready: boolean;
}

/** The end of every page: where the path goes on. */
export function NextStep({ label, href, children, ready }: NextStepProps) {
  return (
    <div className={styles.next} data-ready={ready}>
      <p>{children}</p>
      <LinkButton href={href} kind={ready ? 'primary' : 'default'} iconAfter="right">
        {label}
      </LinkButton>
    </div>
  );
}
