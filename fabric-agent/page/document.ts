/** What is used of the document of a browser. */
export interface PageElement {
  readonly id: string;
  textContent: string | null;
  scrollTop: number;
  readonly scrollHeight: number;
  focus(): void;
  append(...children: (PageElement | string)[]): void;
  replaceChildren(...children: (PageElement | string)[]): void;
  setAttribute(name: string, value: string): void;
  addEventListener(kind: 'click', act: () => void): void;
}

/** What is used of the document itself. */
export interface PageDocument {
  readonly activeElement: PageElement | null;
  getElementById(id: string): PageElement | null;
  createElement(tag: string): PageElement;
}
