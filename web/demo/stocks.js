// Prices on a channel each. Every window shows those that it follows; the one with the market publishes.
'use strict';
(() => {
  const { byId, make, connect, publish } = demo;
  const STOCKS = [
    ['ANV', 'Anvil & Sons', 118.4],
    ['BOR', 'Borealis Power', 42.15],
    ['COB', 'Cobalt Mining', 77.3],
    ['DOV', 'Dovetail Timber', 23.6],
    ['EMB', 'Ember Foods', 204.9],
    ['FJO', 'Fjord Shipping', 61.75],
  ];
  const MOST_POINTS = 60;
  const FEWEST_POINTS = 24; // for which the line has room
  const TICK_MS = 250;
  const money = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const SVG = 'http://www.w3.org/2000/svg';

  const channelOf = (symbol) => `stock-${symbol}`;
  const pusher = connect();

  // ---- Showing ----

  function makeSpark() {
    const spark = document.createElementNS(SVG, 'svg');
    spark.setAttribute('viewBox', '0 0 100 40');
    spark.setAttribute('preserveAspectRatio', 'none');
    spark.setAttribute('aria-hidden', 'true');
    for (const name of ['area', 'line']) {
      const path = document.createElementNS(SVG, 'path');
      path.setAttribute('class', name);
      spark.append(path);
    }
    return spark;
  }

  function draw(spark, points, kind) {
    const low = Math.min(...points);
    const span = Math.max(...points) - low || 1;
    const step = 100 / (Math.max(points.length, FEWEST_POINTS) - 1);
    const start = 100 - (points.length - 1) * step;
    const at = points.map(
      (price, index) =>
        `${(start + index * step).toFixed(2)} ${(37 - ((price - low) / span) * 34).toFixed(2)}`,
    );
    const line = `M${at.join('L')}`;
    spark.setAttribute('class', `spark ${kind}`);
    spark.lastChild.setAttribute('d', points.length > 1 ? line : '');
    spark.firstChild.setAttribute('d', points.length > 1 ? `${line}L100 40L${start.toFixed(2)} 40Z` : '');
  }

  function makeCard(symbol, name) {
    const price = make('span', { className: 'price' }, '–');
    const change = make('span', { className: 'change' }, '');
    const spark = makeSpark();
    const follow = make(
      'button',
      { type: 'button', className: 'plain small', 'aria-pressed': 'true' },
      'Following',
    );
    const card = make(
      'article',
      { className: 'card stock', id: channelOf(symbol) },
      make(
        'div',
        { className: 'row spread' },
        make('div', {}, make('h2', {}, name), make('span', { className: 'quiet mono' }, symbol)),
        follow,
      ),
      make('div', { className: 'row spread' }, price, change),
      spark,
    );
    follow.setAttribute('aria-label', `Follow ${name}`);
    draw(spark, [], '');
    return { card, price, change, spark, follow, points: [] };
  }

  const shown = new Map(STOCKS.map(([symbol, name]) => [symbol, makeCard(symbol, name)]));

  function show(symbol, tick) {
    const stock = shown.get(symbol);
    const price = Number(tick.price);
    const percent = (price / Number(tick.open) - 1) * 100;
    if (!Number.isFinite(price) || !Number.isFinite(percent)) return;
    const kind = percent > 0 ? 'up' : percent < 0 ? 'down' : '';
    stock.points = stock.points.concat(price).slice(-MOST_POINTS);
    stock.price.textContent = money.format(price);
    const arrow = percent > 0 ? '▲ ' : percent < 0 ? '▼ ' : '';
    stock.change.textContent = `${arrow}${Math.abs(percent).toFixed(2)} %`;
    stock.change.className = `change ${kind}`;
    draw(stock.spark, stock.points, kind);
    notice(tick);
  }

  function follow(symbol) {
    pusher.subscribe(channelOf(symbol)).bind('price', (tick) => show(symbol, tick));
  }

  for (const [symbol, stock] of shown) {
    byId('stocks').append(stock.card);
    stock.follow.disabled = !pusher;
    stock.follow.addEventListener('click', () => {
      const follows = stock.follow.getAttribute('aria-pressed') !== 'true';
      stock.follow.setAttribute('aria-pressed', follows);
      stock.follow.textContent = follows ? 'Following' : 'Follow';
      stock.card.classList.toggle('off', !follows);
      if (follows) follow(symbol);
      else pusher.unsubscribe(channelOf(symbol));
    });
    if (pusher) follow(symbol);
  }

  // ---- The market ----

  const button = byId('market');
  const market = { id: Math.random().toString(36).slice(2), timer: 0, since: 0, prices: new Map() };

  function tell(text) {
    byId('news').textContent = text;
  }

  // Whoever has opened the market last has it; prices of the one before may still be on their way.
  function notice(tick) {
    if (tick.market === market.id || tick.since < market.since) return;
    if (market.timer) close();
    tell('The market is open in another window.');
  }

  async function tick(symbol) {
    const stock = STOCKS.find(([name]) => name === symbol);
    const last = market.prices.get(symbol) || stock[2];
    const price = Math.max(0.01, Math.round(last * (1 + (Math.random() - 0.495) * 0.012) * 100) / 100);
    market.prices.set(symbol, price);
    const { id, since } = market;
    const isOut = await publish(channelOf(symbol), 'price', { price, open: stock[2], market: id, since });
    if (!isOut) close();
  }

  function open() {
    market.since = Date.now();
    market.timer = setInterval(() => tick(STOCKS[Math.floor(Math.random() * STOCKS.length)][0]), TICK_MS);
    for (const [symbol] of STOCKS) tick(symbol);
    button.textContent = 'Close the market';
    tell('The market is open in this window; other windows see the same prices.');
  }

  function close() {
    clearInterval(market.timer);
    market.timer = 0;
    button.textContent = 'Open the market';
    tell('The market is closed.');
  }

  button.addEventListener('click', () => (market.timer ? close() : open()));
})();
