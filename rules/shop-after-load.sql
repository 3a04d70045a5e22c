-- The account that the test suite logs in with. It has the password that every masked account has.
INSERT INTO public.customers (email, full_name, country, language, status, password_hash)
SELECT 'qa@login.test', 'Test Suite', 'DE', 'en', 'active', (
    SELECT password_hash FROM public.customers WHERE password_hash IS NOT NULL ORDER BY id LIMIT 1
);

INSERT INTO public.addresses (customer_id, number, is_default, recipient, street, city, country)
SELECT id, 1, true, full_name, '1 Test Lane', 'Testville', country
FROM public.customers
WHERE email = 'qa@login.test';
