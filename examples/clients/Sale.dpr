program Sale;
// One sale in Delphi (10.2 or newer): sign in, identify the card, quote, settle, receipt, void.
// TERMINAL_URL and TERMINAL_TOKEN say where and who; arguments: the till's own ticket number, and a bill as JSON.
{$APPTYPE CONSOLE}

uses
  System.SysUtils, System.Classes, System.IOUtils, System.JSON, System.Net.HttpClient, System.Net.URLClient;

const
  AttemptsMax = 6;
  TimeoutMilliseconds = 30000;

function AskOnce(const Method, Path, Body, Key: string): IHTTPResponse;
var
  Client: THTTPClient;
  Source: TStringStream;
  Headers: TNetHeaders;
begin
  Client := THTTPClient.Create;
  Source := TStringStream.Create(Body, TEncoding.UTF8);
  try
    Client.ConnectionTimeout := TimeoutMilliseconds;
    Client.ResponseTimeout := TimeoutMilliseconds;
    Headers := [TNetHeader.Create('Authorization', 'Bearer ' + GetEnvironmentVariable('TERMINAL_TOKEN'))];
    if Body <> '' then
      Headers := Headers + [TNetHeader.Create('Content-Type', 'application/json')];
    if Key <> '' then
      Headers := Headers + [TNetHeader.Create('Idempotency-Key', Key)];
    if Method = 'GET' then
      Result := Client.Get(GetEnvironmentVariable('TERMINAL_URL').TrimRight(['/']) + Path, nil, Headers)
    else
      Result := Client.Post(GetEnvironmentVariable('TERMINAL_URL').TrimRight(['/']) + Path, Source, nil, Headers);
  finally
    Source.Free;
    Client.Free;
  end;
end;

function Field(const Text, Name: string): string;
var
  Value: TJSONValue;
begin
  Value := TJSONObject.ParseJSONValue(Text);
  try
    Result := Value.GetValue<string>(Name);
  finally
    Value.Free;
  end;
end;

// One request. Where nothing comes back, or "later", the same request goes again under the same key: the terminal
// settles once, and every repeat gets the answer of the first.
function Ask(const Method, Path, Body, Key: string): string;
var
  Attempt: Integer;
  Answer: IHTTPResponse;
begin
  for Attempt := 0 to AttemptsMax - 1 do
  begin
    Sleep(1000 * Attempt);
    try
      Answer := AskOnce(Method, Path, Body, Key);
    except
      on ENetHTTPException do
        Continue; // Silence: it may have been done or not. Only the repeat can tell.
    end;
    Result := Answer.ContentAsString(TEncoding.UTF8);
    if Answer.StatusCode < 400 then
      Exit;
    if (Field(Result, 'retry') = 'never') or (Field(Result, 'code') = 'pin-needed') then
      raise Exception.Create(Field(Result, 'code') + ' at ' + Field(Result, 'at') + ': ' + Field(Result, 'detail_zh'));
  end;
  raise Exception.Create('no answer; ask later under the same key ' + Key);
end;

var
  Ticket, Person, Quote, Wish, Settled, Number, Voided: string;
begin
  try
    Ticket := ParamStr(1);
    Ask('POST', '/v1/sessions', '{"operator": "0001", "operator_name": "收银员甲"}', '');
    Person := Field(Ask('POST', '/v1/identifications', '{"by": "card"}', ''), 'id');
    Quote := Ask('POST', '/v1/quotes',
      '{"identification": "' + Person + '", "bill": ' + TFile.ReadAllText(ParamStr(2), TEncoding.UTF8) + '}', '');
    Wish := '{"quote": "' + Field(Quote, 'id') + '", "hash": "' + Field(Quote, 'hash') +
      '", "till_reference": "' + Ticket + '"}';
    // A key made of the ticket is the same after a crash of the till too.
    Settled := Ask('POST', '/v1/settlements', Wish, 'sale-' + Ticket);
    Number := Field(Settled, 'id');
    Writeln('settled ' + Number + ', cash ' + Field(Settled, 'settlement.cash'));
    Writeln(Ask('GET', '/v1/settlements/' + Number + '/receipt', '', ''));
    Voided := Ask('POST', '/v1/settlements/' + Number + '/void', '{"reason": "returned"}', 'void-' + Ticket);
    Writeln('voided by ' + Field(Voided, 'id'));
  except
    on Error: Exception do
    begin
      Writeln(ErrOutput, Error.Message);
      ExitCode := 1;
    end;
  end;
end.
