-- Run after the CSV files are loaded: COPY moves no sequence, fills no materialized view and gathers no statistics.

SELECT setval(pg_get_serial_sequence('categories', 'id'), (SELECT max(id) FROM categories));
SELECT setval(pg_get_serial_sequence('employees', 'id'), (SELECT max(id) FROM employees));
SELECT setval(pg_get_serial_sequence('customers', 'id'), (SELECT max(id) FROM customers));
SELECT setval(pg_get_serial_sequence('orders', 'id'), (SELECT max(id) FROM orders));
SELECT setval(pg_get_serial_sequence('reviews', 'id'), (SELECT max(id) FROM reviews));
SELECT setval(pg_get_serial_sequence('tickets', 'id'), (SELECT max(id) FROM tickets));
SELECT setval(pg_get_serial_sequence('logins', 'id'), (SELECT max(id) FROM logins));
SELECT setval(pg_get_serial_sequence('audit.events', 'id'), (SELECT max(id) FROM audit.events));

REFRESH MATERIALIZED VIEW customer_totals;

ANALYZE countries, categories, employees, customers, addresses, products, orders, order_lines, payments, reviews,
    tickets, logins, newsletter, audit.events, customer_totals;
